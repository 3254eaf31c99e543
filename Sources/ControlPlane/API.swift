import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Marketplace
import NIOCore
import Transparency
import Wire

/// One request as a route sees it: authenticated, with its language and its parameters.
struct Call: Sendable {
    let principal: Principal
    let language: Language
    let requestID: String
    let context: CallContext

    /// - Throws: `WireError.parameterInvalid`.
    func parameter(_ name: String) throws -> String {
        guard let text = context.parameters.get(name), !text.isEmpty else {
            throw WireError.parameterInvalid(name: name)
        }
        return text.removingPercentEncoding ?? text
    }

    /// The account that asks; routes for accounts only.
    var account: AccountID {
        get throws {
            guard case .account(let id, _) = principal else { throw WireError.unauthorized }
            return id
        }
    }

    var isOperator: Bool {
        if case .account(_, .operator) = principal { true } else { false }
    }
}

/// The HTTP interface under `/v1`. Each route is declared with who may use it; there is no way to
/// declare one without.
package struct API {
    typealias Handler = @Sendable (Request, Call) async throws -> Response

    /// A route's row in the authorisation table.
    package struct Row: Hashable, Sendable {
        package let method: String
        package let path: String
        package let access: Access
    }

    /// Largest body of a request that is not a blob.
    static let bodyLimit = 4 << 20

    let market: MarketServices
    let router = Router(context: CallContext.self)
    private(set) package var table: [Row] = []

    package init(_ market: MarketServices) {
        self.market = market
        addJobs()
        addMoney()
        addVault()
        addLocks()
        addNodes()
        addJoin()
        addBytes()
        addTelemetry()
        addLog()
        addService()
    }

    package var responder: APIResponder { APIResponder(router, table: table, market: market) }

    mutating func add(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access, _ handler: @escaping Handler
    ) {
        table.append(Row(method: method.rawValue, path: path, access: access))
        let market = market
        router.on(RouterPath(path), method: method) { request, context -> Response in
            await Self.answer(request, context, market, access, handler)
        }
    }

    static func answer(
        _ request: Request, _ context: CallContext, _ market: MarketServices,
        _ access: Access, _ handler: Handler
    ) async -> Response {
        let requestID = "req_" + Hex.encode(RandomBytes.make(8))
        let language = Language(acceptLanguage: request.headers[.acceptLanguage])
        var response: Response
        do {
            let principal = try await principal(request, context, market)
            try market.limiter.admit(principal, request.method, from: context.remote)
            try access.check(principal)
            let call = Call(
                principal: principal, language: language, requestID: requestID, context: context)
            do {
                response = try await handler(request, call)
            } catch let error as WireError where error == .tokenInvalid {
                throw market.limiter.answer(toFailure: error, from: context.remote)
            }
        } catch {
            response = problem(for: error, language, requestID, market.log)
        }
        if let name = HTTPFieldNames.requestID { response.headers[name] = requestID }
        market.metrics.count(status: response.status.code)
        return response
    }

    /// Who asks; a key that nobody made counts against its address.
    private static func principal(
        _ request: Request, _ context: CallContext, _ market: MarketServices
    ) async throws -> Principal {
        let bearer = request.headers[.authorization].flatMap(Self.bearer)
        do {
            return try await market.authenticator.principal(bearer: bearer)
        } catch let error as WireError where error == .unauthorized {
            throw market.limiter.answer(toFailure: error, from: context.remote)
        }
    }

    private static func bearer(_ header: String) -> String? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return "" }
        return String(parts[1])
    }

    /// Refusals and edge errors as they are; anything else as `internal`, its cause in our log only.
    private static func problem(
        for error: any Error, _ language: Language, _ requestID: String, _ log: Logger
    ) -> Response {
        let problem: ProblemDTO
        switch error {
        case let refusal as Refusal:
            problem = ProblemDTO(refusal, in: language, requestID: requestID)
        case let wire as WireError: problem = ProblemDTO(wire, in: language, requestID: requestID)
        case let spec as SpecError:
            problem = ProblemDTO(.specInvalid(spec), in: language, requestID: requestID)
        case is DecodingError:
            problem = ProblemDTO(
                .bodyMalformed("\(error)"), in: language, requestID: requestID)
        default:
            log.error(
                "request failed", metadata: ["request.id": "\(requestID)", "cause": "\(error)"])
            problem = ProblemDTO(WireError.internalFailure, in: language, requestID: requestID)
        }
        var response =
            (try? Self.json(problem, status: .init(code: problem.status)))
            ?? Response(status: .internalServerError)
        response.headers[.contentType] = ProblemDTO.mediaType
        switch error {
        case WireError.rangeNotSatisfiable(let size):
            response.headers[.contentRange] = "bytes */\(size)"
        case WireError.methodNotAllowed(let methods):
            response.headers[.allow] = methods.joined(separator: ", ")
        case WireError.tooManyRequests(let seconds): response.headers[.retryAfter] = "\(seconds)"
        default: break  // the others say all in their body
        }
        return response
    }

    // MARK: Bodies

    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response
    {
        let bytes = try WireJSON.encode(value)
        return Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func text(_ bytes: [UInt8], type: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: type],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// - Throws: `WireError.bodyTooLarge`, `.requestTooSlow`.
    static func body(_ request: Request) async throws -> [UInt8] {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > bodyLimit {
            throw WireError.bodyTooLarge(limitBytes: bodyLimit)
        }
        var bytes: [UInt8] = []
        for try await buffer in paced(request.body) {
            guard bytes.count + buffer.readableBytes <= bodyLimit else {
                throw WireError.bodyTooLarge(limitBytes: bodyLimit)
            }
            bytes += buffer.readableBytesView
        }
        return bytes
    }

    /// A body whose sender must keep a pace: a slow one does not hold a worker for ever.
    static func paced(_ body: RequestBody) -> PacedBody {
        let clock = MarketClock()
        return PacedBody(body, clock: { clock.now() })
    }

    static func decode<Value: Decodable>(
        _ type: Value.Type, _ bytes: [UInt8]
    ) throws -> Value {
        do {
            return try WireJSON.decode(type, from: bytes)
        } catch let error as DecodingError {
            throw WireError.bodyMalformed(Self.place(of: error))
        }
    }

    /// Where a body is wrong, without any of its content.
    private static func place(of error: DecodingError) -> String {
        let path: [any CodingKey] =
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context),
                .dataCorrupted(let context):
                context.codingPath
            case .keyNotFound(let key, let context): context.codingPath + [key]
            @unknown default: []
            }
        return "/" + path.map(\.stringValue).joined(separator: "/")
    }

    /// `?name=value` as a bounded whole number.
    static func limit(_ request: Request, default value: Int, most: Int) throws -> Int {
        guard let text = request.uri.queryParameters["limit"] else { return value }
        guard let limit = Int(text), (1...most).contains(limit) else {
            throw WireError.parameterInvalid(name: "limit")
        }
        return limit
    }
}
