/// A port of ours that could not be opened.
package struct ListenFailure: Error, Hashable, Sendable {
    package enum Service: Hashable, Sendable, CaseIterable {
        /// The HTTP interface of a market.
        case market
        /// Where nodes connect.
        case channel
        /// A node's metrics.
        case metrics
    }

    package enum Cause: Hashable, Sendable {
        case inUse, forbidden, elsewhere, unknownHost

        /// Nil: opening a port does not fail so.
        package init?(errno code: Int32) {
            switch code {
            case 13, 1: self = .forbidden  // EACCES, EPERM
            case 97, 99: self = .elsewhere  // EAFNOSUPPORT, EADDRNOTAVAIL
            case 98: self = .inUse  // EADDRINUSE
            default: return nil
            }
        }
    }

    package let service: Service
    package let address: String
    package let cause: Cause

    package init(_ service: Service, at host: String, port: Int, _ cause: Cause) {
        self.service = service
        address = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        self.cause = cause
    }

    func values(in language: Language) -> [String: String] {
        let (what, port, host): (Message, String, String) =
            switch service {
            case .market: (.listenMarket, "--port", "--host")
            case .channel: (.listenChannel, "--channel-port", "--host")
            case .metrics: (.listenMetrics, "--metrics", "--metrics")
            }
        let (why, fix, option): (Message, Message, String) =
            switch cause {
            case .inUse: (.listenInUse, .listenTakeAnother, port)
            case .forbidden: (.listenForbidden, .listenTakeHigher, port)
            case .elsewhere: (.listenElsewhere, .listenTakeOwn, host)
            case .unknownHost: (.listenUnknownHost, .listenTakeOwn, host)
            }
        return [
            "what": what.text(in: language), "address": address, "why": why.text(in: language),
            "fix": fix.text(in: language, ["option": option]),
        ]
    }
}

extension Message {
    /// Why the system refused, by `errno`: in the reader's words where we have them.
    package static func systemFault(_ code: Int32, in language: Language) -> String {
        switch code {
        case 28, 122: Message.systemDiskFull.text(in: language)  // ENOSPC, EDQUOT
        case 1, 13: Message.systemForbidden.text(in: language)  // EPERM, EACCES
        default: Message.systemOther.text(in: language, ["code": String(code)])
        }
    }
}
