import CCRNN
import Engine
import Tensors

@c @implementation
public func crnn_session_profile_count(_ session: OpaquePointer!) -> Int {
  var count = 0
  _ = reporting { () throws(Failure) in
    let open = try CRNNC.session(session)
    try open.exclusively { () throws(Failure) in count = open.session.profile?.entries.count ?? 0 }
  }
  return count
}

@c @implementation
public func crnn_session_profile(
  _ session: OpaquePointer!, _ index: Int, _ entry: UnsafeMutablePointer<crnn_profile_entry>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let open = try CRNNC.session(session)
    let result = try required(entry, "entry")
    try open.exclusively { () throws(Failure) in
      let profile = try profile(of: open)
      guard index >= 0, index < profile.entries.count else {
        throw Failure(.invalidArgument, "index is \(index), but the profile has \(profile.entries.count) entries")
      }
      let texts = open.texts(ofProfileEntry: index, in: profile)
      let entry = profile.entries[index]
      let figures = crnn_profile_entry(
        size: 0, step: texts[0].pointer, node: texts[1].pointer, operator_type: texts[2].pointer,
        calls: UInt64(truncatingIfNeeded: entry.calls), nanoseconds: UInt64(entry.seconds * 1e9),
        flops: UInt64(truncatingIfNeeded: entry.flops), bytes: UInt64(truncatingIfNeeded: entry.byteCount))
      try fill(result, with: figures, "entry")
    }
  }
}

@c @implementation
public func crnn_session_profile_reset(_ session: OpaquePointer!) -> crnn_status {
  reporting { () throws(Failure) in
    let open = try CRNNC.session(session)
    try open.exclusively { () throws(Failure) in try profile(of: open).reset() }
  }
}

private func profile(of open: OpenSession) throws(Failure) -> Profile {
  guard let profile = open.session.profile else {
    throw Failure(.invalidArgument, "the session was created without options.profile")
  }
  return profile
}
