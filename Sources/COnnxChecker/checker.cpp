#include "COnnxChecker.h"
