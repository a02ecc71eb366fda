// crnn.h in C++: compiles, and every enum and struct is usable.
#include <crnn.h>

#include <cstdio>

int main() {
  crnn_model *model = nullptr;
  const crnn_model_options options = {sizeof options, 0, 0, 0};
  const crnn_status status = crnn_model_open("/nowhere/model.onnx", &options, &model);
  std::printf("%s: %s\n", crnn_status_name(status), crnn_last_error());
  return status == CRNN_FILE_ERROR && crnn_type_size(CRNN_FLOAT32) == sizeof(float) ? 0 : 1;
}
