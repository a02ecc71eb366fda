// What libprotobuf reads from a model, one fact a line, for comparison with the library's own reader.
//
//   model ir=8 version=0 domain="" producer="pytorch" "2.5.1"
//   opset "" 17
//   metadata "key" "value"
//   PATH graph "main"
//   PATH input "x" float32 [1, 3, ?]
//   PATH constant "w" float32 [2] 7d4b3e59a1c0f862
//   PATH node "op name" "Conv" "" 17 in("x", "w", -) out("y")
//   PATH attribute "y" "pads" ints 0 0 0 0
//   PATH value "y" float32 ?
//   PATH output "y"
//
// Values are sorted by name; everything else is in the file's order. PATH is "/" for the main graph; for a subgraph it
// is PATH + the node's first output + ":" + the attribute + "." + a number + "/".
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "COnnxChecker.h"

namespace {

using namespace onnx;

std::string quoted(const std::string &text) {
  std::string result = "\"";
  for (unsigned char byte : text) {
    char escape[8];
    if (byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7F) {
      std::snprintf(escape, sizeof escape, "\\x%02x", byte);
      result += escape;
    } else {
      result += static_cast<char>(byte);
    }
  }
  return result + "\"";
}

std::string hex(uint64_t number, int digits) {
  char text[20];
  std::snprintf(text, sizeof text, "%0*" PRIx64, digits, number);
  return text;
}

/// 64-bit FNV-1a
std::string hash(const std::string &bytes) {
  uint64_t value = 0xcbf29ce484222325u;
  for (unsigned char byte : bytes) value = (value ^ byte) * 0x100000001b3u;
  return hex(value, 16);
}

struct Type {
  const char *name;
  size_t size;
};

/// Element types that the library has; nullptr for others.
const Type *known_type(int32_t number) {
  static const std::map<int32_t, Type> types = {
      {TensorProto::FLOAT, {"float32", 4}},   {TensorProto::UINT8, {"uint8", 1}},
      {TensorProto::INT8, {"int8", 1}},       {TensorProto::UINT16, {"uint16", 2}},
      {TensorProto::INT16, {"int16", 2}},     {TensorProto::INT32, {"int32", 4}},
      {TensorProto::INT64, {"int64", 8}},     {TensorProto::BOOL, {"bool", 1}},
      {TensorProto::FLOAT16, {"float16", 2}}, {TensorProto::DOUBLE, {"float64", 8}},
      {TensorProto::UINT32, {"uint32", 4}},   {TensorProto::UINT64, {"uint64", 8}},
      {TensorProto::BFLOAT16, {"bfloat16", 2}}};
  auto found = types.find(number);
  return found == types.end() ? nullptr : &found->second;
}

std::string domain_of(const std::string &domain) { return domain == "ai.onnx" ? "" : domain; }

template <class Elements>
std::string element_bytes(const Elements &elements, size_t size) {
  std::string bytes;
  for (auto element : elements) bytes.append(reinterpret_cast<const char *>(&element), size);
  return bytes;
}

class Dump {
 public:
  Dump(const char *folder) : folder_(folder) {}

  std::string model(const ModelProto &model) {
    out_ << "model ir=" << model.ir_version() << " version=" << model.model_version()
         << " domain=" << quoted(model.domain()) << " producer=" << quoted(model.producer_name()) << " "
         << quoted(model.producer_version()) << "\n";
    std::set<std::string> seen;
    for (const auto &import : model.opset_import()) {
      opsets_[domain_of(import.domain())] = import.version();
      if (seen.insert(domain_of(import.domain())).second)
        out_ << "opset " << quoted(domain_of(import.domain())) << " " << import.version() << "\n";
    }
    std::vector<std::string> keys;
    std::map<std::string, std::string> metadata;
    for (const auto &entry : model.metadata_props()) {
      if (!metadata.count(entry.key())) keys.push_back(entry.key());
      metadata[entry.key()] = entry.value();
    }
    for (const auto &key : keys) out_ << "metadata " << quoted(key) << " " << quoted(metadata[key]) << "\n";
    graph(model.graph(), "/");
    return out_.str();
  }

 private:
  const char *folder_;
  std::map<std::string, int64_t> opsets_;
  std::ostringstream out_;

  void graph(const GraphProto &graph, const std::string &path) {
    std::set<std::string> constants, declared, made;
    for (const auto &tensor : graph.initializer()) constants.insert(tensor.name());
    for (const auto &node : graph.node())
      for (const auto &name : node.output())
        if (!name.empty()) made.insert(name);

    out_ << path << " graph " << quoted(graph.name()) << "\n";
    for (const auto &input : graph.input())
      if (!constants.count(input.name())) out_ << path << " input " << declaration(input, input) << "\n";
    for (const auto &constant : graph.initializer())
      if (known_type(constant.data_type()))
        out_ << path << " constant " << quoted(constant.name()) << " " << tensor(constant) << "\n";
    for (const auto &node : graph.node()) this->node(node, path);

    // The first declaration that names a type gives the type, the first that names a shape the shape.
    std::map<std::string, std::vector<const ValueInfoProto *>> declarations;
    auto collect = [&](const ValueInfoProto &value) {
      if (made.count(value.name())) declarations[value.name()].push_back(&value);
    };
    for (const auto &value : graph.output()) collect(value);
    for (const auto &value : graph.value_info()) collect(value);
    for (const auto &entry : declarations) {
      const auto &candidates = entry.second;
      const ValueInfoProto *type = candidates.front(), *shape = type;
      for (const auto *value : candidates)
        if (known_type(value->type().tensor_type().elem_type())) {
          type = value;
          break;
        }
      for (const auto *value : candidates)
        if (value->type().tensor_type().has_shape()) {
          shape = value;
          break;
        }
      if (known_type(type->type().tensor_type().elem_type()) || shape->type().tensor_type().has_shape())
        out_ << path << " value " << declaration(*type, *shape) << "\n";
    }
    for (const auto &output : graph.output()) out_ << path << " output " << quoted(output.name()) << "\n";
  }

  static std::string declaration(const ValueInfoProto &type, const ValueInfoProto &shape) {
    const Type *known = known_type(type.type().tensor_type().elem_type());
    std::string text = quoted(type.name()) + " " + (known ? known->name : "?") + " ";
    const auto &tensor = shape.type().tensor_type();
    if (!tensor.has_shape()) return text + "?";
    text += "[";
    for (int i = 0; i < tensor.shape().dim_size(); ++i) {
      const auto &dimension = tensor.shape().dim(i);
      if (i) text += ", ";
      text += dimension.has_dim_value() && dimension.dim_value() >= 0 ? std::to_string(dimension.dim_value()) : "?";
    }
    return text + "]";
  }

  void node(const NodeProto &node, const std::string &path) {
    out_ << path << " node " << quoted(node.name()) << " " << quoted(node.op_type()) << " "
         << quoted(domain_of(node.domain())) << " " << opsets_[domain_of(node.domain())] << " in("
         << names(node.input()) << ") out(" << names(node.output()) << ")\n";
    std::string first;
    for (const auto &name : node.output())
      if (first.empty()) first = name;
    for (const auto &attribute : node.attribute()) {
      out_ << path << " attribute " << quoted(first) << " " << quoted(attribute.name()) << " " << value(attribute)
           << "\n";
      std::string place = path + quoted(first) + ":" + quoted(attribute.name()) + ".";
      int kind = kind_of(attribute);
      if (kind == AttributeProto::GRAPH) graph(attribute.g(), place + "0/");
      if (kind == AttributeProto::GRAPHS)
        for (int i = 0; i < attribute.graphs_size(); ++i) graph(attribute.graphs(i), place + std::to_string(i) + "/");
    }
  }

  template <class Names>
  static std::string names(const Names &names) {
    std::string text;
    for (const auto &name : names) text += (text.empty() ? "" : ", ") + (name.empty() ? "-" : quoted(name));
    return text;
  }

  static int kind_of(const AttributeProto &a) {
    if (a.type() != AttributeProto::UNDEFINED) return a.type();
    if (a.has_f()) return AttributeProto::FLOAT;
    if (a.has_i()) return AttributeProto::INT;
    if (a.has_s()) return AttributeProto::STRING;
    if (a.has_t()) return AttributeProto::TENSOR;
    if (a.has_g()) return AttributeProto::GRAPH;
    if (a.floats_size()) return AttributeProto::FLOATS;
    if (a.ints_size()) return AttributeProto::INTS;
    if (a.strings_size()) return AttributeProto::STRINGS;
    if (a.tensors_size()) return AttributeProto::TENSORS;
    if (a.graphs_size()) return AttributeProto::GRAPHS;
    return AttributeProto::UNDEFINED;
  }

  static std::string bits(float number) {
    uint32_t bits;
    std::memcpy(&bits, &number, 4);
    return hex(bits, 8);
  }

  std::string value(const AttributeProto &a) {
    std::string text;
    switch (kind_of(a)) {
      case AttributeProto::FLOAT: return "float " + bits(a.f());
      case AttributeProto::INT: return "int " + std::to_string(a.i());
      case AttributeProto::STRING: return "string " + quoted(a.s());
      case AttributeProto::TENSOR: return "tensor " + tensor(a.t());
      case AttributeProto::GRAPH: return "graph";
      case AttributeProto::FLOATS:
        for (float number : a.floats()) text += " " + bits(number);
        return "floats" + text;
      case AttributeProto::INTS:
        for (int64_t number : a.ints()) text += " " + std::to_string(number);
        return "ints" + text;
      case AttributeProto::STRINGS:
        for (const auto &string : a.strings()) text += " " + quoted(string);
        return "strings" + text;
      case AttributeProto::TENSORS:
        for (const auto &element : a.tensors()) text += " " + tensor(element);
        return "tensors" + text;
      case AttributeProto::GRAPHS: return "graphs " + std::to_string(a.graphs_size());
      default: return "?";
    }
  }

  std::string tensor(const TensorProto &tensor) {
    const Type *type = known_type(tensor.data_type());
    if (!type) return "?";
    std::string text = std::string(type->name) + " [";
    uint64_t count = 1;
    for (int i = 0; i < tensor.dims_size(); ++i) {
      text += (i ? ", " : "") + std::to_string(tensor.dims(i));
      count *= static_cast<uint64_t>(tensor.dims(i));
    }
    return text + "] " + hash(elements(tensor, *type, count));
  }

  std::string elements(const TensorProto &tensor, const Type &type, uint64_t count) {
    std::string bytes;
    if (tensor.data_location() == TensorProto::EXTERNAL) {
      bytes = external(tensor, count * type.size);
    } else if (!tensor.raw_data().empty()) {
      bytes = tensor.raw_data();
    } else {
      switch (tensor.data_type()) {
        case TensorProto::FLOAT: return element_bytes(tensor.float_data(), 4);
        case TensorProto::DOUBLE: return element_bytes(tensor.double_data(), 8);
        case TensorProto::INT64: return element_bytes(tensor.int64_data(), 8);
        case TensorProto::UINT32:
        case TensorProto::UINT64: return element_bytes(tensor.uint64_data(), type.size);
        case TensorProto::BOOL:
          for (int32_t element : tensor.int32_data()) bytes += static_cast<char>(element != 0);
          return bytes;
        default: return element_bytes(tensor.int32_data(), type.size);
      }
    }
    if (tensor.data_type() == TensorProto::BOOL)
      for (char &byte : bytes) byte = byte != 0;
    return bytes;
  }

  std::string external(const TensorProto &tensor, uint64_t byte_count) {
    std::string location, offset = "0";
    for (const auto &entry : tensor.external_data()) {
      if (entry.key() == "location") location = entry.value();
      if (entry.key() == "offset") offset = entry.value();
    }
    std::string bytes;
    if (!folder_ || byte_count > 1u << 30) return bytes;
    std::ifstream file(std::string(folder_) + "/" + location, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(std::strtoull(offset.c_str(), nullptr, 10)));
    bytes.resize(byte_count);
    file.read(&bytes[0], static_cast<std::streamsize>(byte_count));
    bytes.resize(static_cast<size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    return bytes;
  }
};

}  // namespace

char *onnx_checker_dump(const void *bytes, size_t byte_count, const char *folder) {
  try {
    google::protobuf::SetLogHandler(nullptr);
    if (byte_count > INT32_MAX) return nullptr;
    ModelProto model;
    if (!model.ParseFromArray(bytes, static_cast<int>(byte_count))) return nullptr;
    return strdup(Dump(folder).model(model).c_str());
  } catch (...) {
    return nullptr;
  }
}

void onnx_checker_free(char *text) { std::free(text); }
