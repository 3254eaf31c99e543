import HTTPTypes
package import Hummingbird
import Wire

/// The routes, and an answer like any other for an address or a method that none of them has.
package struct APIResponder: HTTPResponder, HTTPResponderBuilder {
    private let routes: RouterResponder<CallContext>
    private let table: [API.Row]
    private let market: MarketServices

    init(_ router: Router<CallContext>, table: [API.Row], market: MarketServices) {
        routes = router.buildResponder()
        self.table = table
        self.market = market
    }

    package func buildResponder() -> APIResponder { self }

    package func respond(to request: Request, context: CallContext) async throws -> Response {
        let response = try await routes.respond(to: request, context: context)
        // Whatever a route answers carries the request's id; the router's own "not found" does not.
        let isOfRoute = HTTPFieldNames.requestID.map { response.headers[$0] != nil } ?? true
        guard !isOfRoute else { return response }
        let methods = table.filter { Self.fits($0.path, request.uri.path) }.map(\.method)
        return await API.answer(request, context, market, .anyone) { _, _ in
            guard methods.isEmpty else { throw WireError.methodNotAllowed(methods) }
            throw WireError.notFound(String(request.uri.path.prefix(200)))
        }
    }

    /// Whether an address is one of a route's, whatever its method.
    private static func fits(_ pattern: String, _ path: String) -> Bool {
        let wanted = pattern.split(separator: "/")
        let found = path.split(separator: "/")
        if wanted.last == "**" {
            return found.count >= wanted.count && zip(wanted.dropLast(), found).allSatisfy(==)
        }
        return wanted.count == found.count
            && zip(wanted, found).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
    }
}
