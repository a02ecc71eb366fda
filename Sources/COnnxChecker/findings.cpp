// Advice on a model from libonnx's checker and shape inference.
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <string>
#include <unordered_map>

#include "COnnxChecker.h"

namespace {

using namespace onnx;

/// A message of libonnx without its line breaks.
std::string line(std::string text) {
  for (char &c : text)
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  std::string result;
  for (char c : text)
    if (c != ' ' || (!result.empty() && result.back() != ' ')) result += c;
  while (!result.empty() && result.back() == ' ') result.pop_back();
  return result + "\n";
}

/// Operator sets that libonnx does not know, one finding each.
std::string newer_opsets(const ModelProto &model) {
  std::string findings;
  const auto &known = OpSchemaRegistry::DomainToVersionRange::Instance().Map();
  for (const auto &import : model.opset_import()) {
    auto range = known.find(import.domain() == "ai.onnx" ? "" : import.domain());
    if (range == known.end() || import.version() <= range->second.second) continue;
    std::string domain = range->first.empty() ? "" : " of " + range->first;
    findings += line("not checked: opset " + std::to_string(import.version()) + domain +
                     " is newer than libonnx knows (" + std::to_string(range->second.second) + ")");
  }
  return findings;
}

void check(const ModelProto &model, const std::string &folder) {
  checker::CheckerContext context;
  std::unordered_map<std::string, int> opsets;
  for (const auto &import : model.opset_import()) opsets[import.domain()] = static_cast<int>(import.version());
  context.set_ir_version(static_cast<int>(model.ir_version()));
  context.set_opset_imports(opsets);
  context.set_model_dir(folder);
  checker::LexicalScopeContext scope;
  checker::check_graph(model.graph(), context, scope);
  if (model.ir_version() >= 8) checker::check_model_local_functions(model, context, scope);
}

std::string findings_of(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return "not checked: the file cannot be opened\n";
  google::protobuf::SetLogHandler(nullptr);
  ModelProto model;
  if (!model.ParseFromIstream(&file)) return "not an ONNX model: libprotobuf cannot read it\n";
  std::string findings = newer_opsets(model);
  if (!findings.empty()) return findings;

  if (model.ir_version() > Version::IR_VERSION) model.set_ir_version(Version::IR_VERSION);
  for (auto &import : *model.mutable_opset_import())
    if (import.domain() == "ai.onnx") import.set_domain("");
  size_t slash = path.rfind('/');
  try {
    check(model, slash == std::string::npos ? "." : path.substr(0, slash + 1));
  } catch (const std::exception &error) {
    findings += line(std::string("checker: ") + error.what());
  }
  try {
    shape_inference::InferShapes(model, OpSchemaRegistry::Instance(), ShapeInferenceOptions(true, 1, true));
  } catch (const std::exception &error) {
    findings += line(std::string("shape inference: ") + error.what());
  }
  return findings;
}

/// The child's part: prints to the pipe and ends the process.
[[noreturn]] void report(const char *path, int pipe) {
  for (int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGILL}) std::signal(signal, SIG_DFL);
  alarm(60);
  std::string findings;
  try {
    findings = findings_of(path);
  } catch (...) {
    findings = "not checked: libonnx failed without a message\n";
  }
  const char *next = findings.data();
  size_t left = findings.size();
  while (left > 0) {
    ssize_t count = write(pipe, next, left);
    if (count <= 0) break;
    next += count;
    left -= static_cast<size_t>(count);
  }
  _exit(0);
}

}  // namespace

char *onnx_checker_findings(const char *path) {
  try {
    int ends[2];
    if (pipe(ends) != 0) return nullptr;
    pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      report(path, ends[1]);
    }
    close(ends[1]);
    std::string findings;
    char buffer[4096];
    for (;;) {
      ssize_t count = child < 0 ? 0 : read(ends[0], buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      findings.append(buffer, static_cast<size_t>(count));
    }
    close(ends[0]);
    if (child < 0) return nullptr;
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    if (WIFSIGNALED(status))
      findings += WTERMSIG(status) == SIGALRM ? "not checked: libonnx took more than a minute\n"
                                              : "not checked: libonnx crashed on the model\n";
    return strdup(findings.c_str());
  } catch (...) {
    return nullptr;
  }
}
