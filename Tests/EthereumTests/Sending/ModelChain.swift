import Ethereum

/// A chain as seen from outside: a pool, blocks, re-orgs above what is final. Transactions of one account.
struct ModelChain {
    struct Block {
        var header: BlockHeader
        var transactions: [SignedTransaction]
    }

    private(set) var blocks: [Block]
    var finalized = 0
    /// By nonce; a replacement must offer an eighth more.
    private(set) var pool: [UInt64: SignedTransaction] = [:]
    private var forks: UInt64 = 0
    let firstNonce: UInt64

    init(firstNonce: UInt64) {
        self.firstNonce = firstNonce
        let hash = Keccak256.hash("genesis".utf8)
        blocks = [
            Block(
                header: BlockHeader(number: 0, hash: hash, parent: .zero, second: 0),
                transactions: [])
        ]
    }

    var head: Int { blocks.count - 1 }

    func nonce(at block: Int) -> UInt64 {
        firstNonce + blocks[0...block].reduce(0) { $0 + UInt64($1.transactions.count) }
    }

    mutating func send(_ transaction: SignedTransaction) {
        let nonce = transaction.transaction.nonce
        if let known = pool[nonce], !offersMore(transaction, known) { return }
        pool[nonce] = transaction
    }

    private func offersMore(_ new: SignedTransaction, _ old: SignedTransaction) -> Bool {
        let price = new.transaction.envelope.mostPerGas.amount
        let before = old.transaction.envelope.mostPerGas.amount
        guard let eight = try? price.multiplied(by: 8), let nine = try? before.multiplied(by: 9)
        else {
            return false
        }
        return eight >= nine
    }

    /// A block with what is next in the pool, up to so many.
    mutating func mine(_ most: Int, floor: Wei = 0) {
        var transactions: [SignedTransaction] = []
        var next = nonce(at: head)
        while transactions.count < most, let transaction = pool[next],
            transaction.transaction.envelope.mostPerGas >= floor
        {
            transactions.append(transaction)
            pool[next] = nil
            next += 1
        }
        pool = pool.filter { $0.key >= next }
        let number = UInt64(blocks.count)
        let parent = blocks[head].header.hash
        let hash = Keccak256.hash("\(number) \(forks)".utf8)
        blocks.append(
            Block(
                header: BlockHeader(number: number, hash: hash, parent: parent, second: number),
                transactions: transactions))
    }

    enum Lost { case nothing, transactions }

    /// Takes blocks back, never final ones; their transactions are in the pool again, or are lost.
    mutating func drop(_ count: Int, _ lost: Lost) {
        let count = min(count, head - finalized)
        let gone = blocks.suffix(count).flatMap(\.transactions)
        blocks.removeLast(count)
        forks += 1
        if lost == .nothing { for transaction in gone { send(transaction) } }
    }

    /// Pools forget.
    mutating func forget() { pool = [:] }

    func inclusion(of hash: Hash256) -> Inclusion? {
        for block in blocks where block.transactions.contains(where: { $0.hash == hash }) {
            return Inclusion(
                transaction: hash, blockNumber: block.header.number, blockHash: block.header.hash,
                outcome: .succeeded)
        }
        return nil
    }

    /// What somebody sees who asks everything now.
    func observation(_ questions: [Hash256], quote: Fees?) -> Outgoing.Observation {
        var answers: [Hash256: Inclusion?] = [:]
        for question in questions { answers.updateValue(inclusion(of: question), forKey: question) }
        return Outgoing.Observation(
            head: UInt64(head), finalized: UInt64(finalized),
            nonceAtFinalized: nonce(at: finalized), nonceAtHead: nonce(at: head), answers: answers,
            quote: quote)
    }
}
