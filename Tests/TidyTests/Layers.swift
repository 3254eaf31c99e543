/// The module graph: what each target may import of ours, and which targets are the core.
///
/// The table is the one of `ARCHITECTURE.md`. A new target gets its row here with its first file.
enum Layers {
    /// Layers 1–3: values and pure functions, no I/O.
    static let core = [
        "Domain", "Matching", "Accounting", "Verification", "Transparency", "Hosting",
        "Marketplace",
    ]
    /// Layers 1 and 2: no concurrency either. `Marketplace` owns the `Store` port, which waits.
    static let synchronous = core.filter { $0 != "Marketplace" }
    /// Where money, capacity and time are whole numbers.
    static let exact = ["Domain", "Matching", "Accounting", "Hosting", "Marketplace"]
    /// Files of these that compute with fractions and give whole numbers: a linear programme.
    static let approximate = ["Sources/Matching/Score/ResidualValue.swift"]
    /// Whose output a person reads.
    static let speaking = ["Commands", "orban", "check-gpu"]
    /// The modules of others that the core may import.
    static let coreLibraries = [
        "Swift", "Crypto", "Collections", "OrderedCollections", "DequeModule", "HeapModule",
        "HashTreeCollections", "BitCollections",
    ]

    static let imports: [String: [String]] = [
        "Domain": [],
        "Matching": ["Domain"],
        "Accounting": ["Domain"],
        "Verification": ["Domain"],
        "Transparency": ["Domain"],
        "Hosting": ["Domain"],
        "Marketplace": ["Domain", "Matching", "Accounting", "Verification", "Transparency"],
        "Wire": ["Domain"],
        "Probing": ["Domain"],
        "SQLiteStorage": core,
        "PostgresStorage": core,
        "CSecp256k1": [],
        "Ethereum": ["CSecp256k1"],
        "ContainerEngine": [],
        "CNVML": [],
        "DynamicLibrary": [],
        "NVML": ["CNVML", "DynamicLibrary"],
        "CCUDA": [],
        "CUDA": ["CCUDA", "DynamicLibrary"],
        "ControlPlane": core.filter { $0 != "Hosting" } + [
            "Wire", "SQLiteStorage", "PostgresStorage", "Ethereum",
        ],
        "Console": ["Domain", "Wire", "Transparency"],
        "NodeAgent": [
            "Domain", "Hosting", "Wire", "Probing", "ContainerEngine", "NVML", "CUDA",
        ],
        "Simulation": core,
        "Commands": [
            "Domain", "Hosting", "Wire", "Probing", "Transparency", "ControlPlane", "Console",
            "NodeAgent", "Simulation", "Ethereum",
        ],
        "orban": ["Commands"],
        "check-gpu": ["Domain", "Hosting", "NVML", "CUDA"],
    ]
}
