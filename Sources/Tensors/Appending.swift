// Lists grow in very many places, none of them hot: one call each, where the standard library's `append` unfolds into
// the growing of an array.
extension Array where Element == Int {
  @inline(never)
  public mutating func append(_ number: Int) { append(contentsOf: CollectionOfOne(number)) }

  /// In ascending order; for lists as short as a shape.
  public func ascending() -> [Int] {
    var list = self
    for end in list.indices {
      var place = end
      while place > 0, list[place - 1] > list[place] {
        list.swapAt(place - 1, place)
        place -= 1
      }
    }
    return list
  }
}

extension Array where Element == Tensor {
  @inline(never)
  public mutating func append(_ tensor: Tensor) { append(contentsOf: CollectionOfOne(tensor)) }
}

extension Array where Element == Tensor? {
  @inline(never)
  public mutating func append(_ tensor: Tensor?) { append(contentsOf: CollectionOfOne(tensor)) }
}
