let tensorOperators: [RegistryEntry] =
  elementwiseOperators + reductionOperators + normalizationOperators + poolingOperators + shapeOperators + indexingOperators
