// swift-tools-version: 6.3
import PackageDescription

/// Every target compiles with the same strictness; no target overrides it.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .treatAllWarnings(as: .error),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name + "Tests", dependencies: dependencies, swiftSettings: strict)
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let foundationCompat: Target.Dependency = .product(
    name: "NIOFoundationCompat", package: "swift-nio")
let lifecycle: Target.Dependency = .product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let grpc: [Target.Dependency] = [
    .product(name: "GRPCCore", package: "grpc-swift-2"),
    .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
    .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
    .product(name: "SwiftProtobuf", package: "swift-protobuf"),
]
let hummingbirdTesting: Target.Dependency = .product(
    name: "HummingbirdTesting", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")

let package = Package(
    name: "orban",
    products: [
        .executable(name: "orban", targets: ["orban"]),
        .executable(name: "check-gpu", targets: ["check-gpu"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // 1. Words
        module("Domain"),
        // 2. Engines: pure, siblings, import Domain only
        module("Matching", ["Domain", crypto]),
        module("Accounting", ["Domain"]),
        module("Verification", ["Domain", crypto]),
        module("Transparency", ["Domain", crypto]),
        module("Hosting", ["Domain"]),
        // 3. Core: composes the market engines
        module(
            "Marketplace", ["Domain", "Matching", "Accounting", "Verification", "Transparency"]),
        // 4. Edges
        module("Wire", ["Domain", yams] + grpc),
        module(
            "SQLiteStorage",
            ["Domain", "Accounting", "Transparency", "Marketplace", grdb, crypto]),
        module("Probing", ["Domain", httpClient, nio, nioHTTP1, nioSSL]),
        .systemLibrary(
            name: "CSecp256k1", pkgConfig: "libsecp256k1",
            providers: [.apt(["libsecp256k1-dev"])]),
        module(
            "Ethereum", ["CSecp256k1", crypto, cryptoExtras, httpClient, nio, nioHTTP1]),
        module("ContainerEngine", [httpClient, nio, nioPosix, nioHTTP1, yams]),
        .target(name: "CNVML"),
        module("DynamicLibrary"),
        module("NVML", ["CNVML", "DynamicLibrary"]),
        .target(name: "CCUDA"),
        module("CUDA", ["CCUDA", "DynamicLibrary"]),
        // 5. Programs
        module(
            "ControlPlane",
            [
                "Domain", "Matching", "Accounting", "Verification", "Transparency", "Marketplace",
                "Wire", "SQLiteStorage", "Ethereum", crypto, x509, asn1, logging, nio, nioHTTP1,
                nioSSL, httpClient, lifecycle, hummingbird, hummingbirdTLS, httpTypes,
            ] + grpc),
        module(
            "NodeAgent",
            [
                "Domain", "Hosting", "Wire", "Probing", "ContainerEngine", "NVML", "CUDA", crypto,
                x509, asn1, logging,
                nio, nioHTTP1, nioSSL, lifecycle, httpClient, foundationCompat, hummingbird,
            ] + grpc),
        module(
            "Simulation",
            [
                "Domain", "Matching", "Accounting", "Verification", "Transparency", "Hosting",
                "Marketplace", crypto,
            ]),
        module(
            "Commands",
            [
                "Domain", "Hosting", "Transparency", "Wire", "Probing", "ControlPlane", "NodeAgent",
                "Simulation", crypto, httpClient, nio, nioPosix, nioHTTP1, nioSSL, logging,
                lifecycle, "Ethereum",
            ]),
        // 6. Main
        program("orban", ["Commands"]),
        program("check-gpu", ["Domain", "Hosting", "NVML", "CUDA"]),
        // Markets and nodes as processes, for tests and benchmarks
        .target(
            name: "Staging", dependencies: ["Domain", "Wire", nio, nioPosix], path: "Tests/Staging",
            swiftSettings: strict),
        // Hostile jobs and their controls, for tests and benchmarks
        .target(
            name: "Hostile",
            dependencies: ["ContainerEngine", "NodeAgent", httpClient, nio, nioPosix],
            path: "Tests/Hostile",
            swiftSettings: strict),
        .executableTarget(
            name: "bench",
            dependencies: [
                "Staging", "Domain", "Accounting", "Verification", "Marketplace", "Wire",
                "SQLiteStorage", "ContainerEngine", "NodeAgent", "Simulation", "Hosting",
                "Matching", "Hostile", "Ethereum", grdb, crypto, logging, httpClient,
            ], path: "Benchmarks", swiftSettings: strict),
        // Tests
        tests("Domain", ["Domain"]),
        tests("Matching", ["Matching", "Domain"]),
        tests("Accounting", ["Accounting", "Domain"]),
        tests("Transparency", ["Transparency", "Domain", crypto]),
        tests("Hosting", ["Hosting", "Domain"]),
        tests(
            "Marketplace",
            [
                "Marketplace", "Domain", "Accounting", "Matching", "Verification", "Transparency",
                crypto,
            ]),
        tests("Wire", ["Wire", "Domain"] + grpc),
        tests(
            "Ethereum",
            ["Ethereum", "Staging", crypto, cryptoExtras, httpClient, nio, nioPosix, nioHTTP1]),
        tests("Probing", ["Probing", "Domain", nio, nioPosix, nioHTTP1]),
        tests(
            "StoreContract",
            [
                "Marketplace", "SQLiteStorage", "Domain", "Accounting", "Verification",
                "Transparency", crypto, grdb,
            ]),
        tests("Simulation", ["Simulation", "Domain"]),
        tests("ContainerEngine", ["ContainerEngine", "Hostile", nio, nioPosix]),
        tests("NVML", ["NVML", "DynamicLibrary"]),
        tests("CUDA", ["CUDA"]),
        tests("CheckGPU", ["check-gpu", "CUDA"]),
        tests(
            "NodeAgent",
            [
                "NodeAgent", "Domain", "Hosting", "ContainerEngine", "NVML", "Wire", "Hostile",
                crypto, logging, httpClient,
            ]),
        tests(
            "ControlPlane",
            [
                "Accounting", "ControlPlane", "Marketplace", "Matching", "NodeAgent",
                "SQLiteStorage", "Transparency",
                "Wire",
                "Domain", crypto,
                x509, asn1,
                logging, nio, nioPosix, nioSSL, lifecycle, hummingbird, hummingbirdTesting,
                httpTypes, yams,
            ] + grpc),
        tests(
            "Commands",
            [
                "Commands", "NodeAgent", "Hosting", "Wire", "Domain", "Transparency", "Ethereum",
                crypto,
            ]),
        tests(
            "EndToEnd",
            [
                "Staging", "Hostile", "Wire", "Domain", "Marketplace", "Accounting",
                "Transparency", "Ethereum", grdb, crypto,
            ]),
        tests("Tidy", []),
    ],
    swiftLanguageModes: [.v6]
)
