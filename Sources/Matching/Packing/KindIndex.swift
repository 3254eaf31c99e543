/// The scores of one kind of order on every machine, and who wins among those of each model.
///
/// One tournament for each model, in one array of 2·n nodes: the leaves of a model's machines, and over
/// them the winners of pairs. A change costs as many matches as the tournament has rounds.
struct KindIndex: Sendable {
    /// No order fits.
    static let never = Int64.min

    let need: PackingNeed
    /// By place.
    private var scores: [Int64]
    private let places: [Range<Int>]
    /// Places, or −1: the winners of a model's rounds lie at twice its first place, the root second.
    private var winners: [Int32]
    /// How many changes of the packing are in it.
    var seen: Int

    init(_ need: PackingNeed, places: [Range<Int>], count: Int, seen: Int) {
        self.need = need
        self.places = places
        self.seen = seen
        scores = [Int64](repeating: Self.never, count: count)
        winners = [Int32](repeating: -1, count: 2 * count)
    }

    /// Of no order and no machine.
    static let empty = KindIndex(.nothing, places: [], count: 0, seen: 0)

    func winner(of model: Int) -> (place: Int, score: Int64)? {
        let range = places[model]
        guard !range.isEmpty else { return nil }
        let place = range.count == 1 ? range.lowerBound : Int(winners[2 * range.lowerBound + 1])
        guard place >= 0, scores[place] != Self.never else { return nil }
        return (place, scores[place])
    }

    /// Plays the matches of a place whose score is another one now.
    mutating func set(_ score: Int64, at place: Int, of model: Int) {
        guard scores[place] != score else { return }
        scores[place] = score
        let range = places[model]
        let base = 2 * range.lowerBound
        var node = (place - range.lowerBound + range.count) / 2
        while node >= 1 {
            winners[base + node] = match(at: node, base, range)
            node /= 2
        }
    }

    /// Plays all matches of a model.
    mutating func setAll(of model: Int, _ score: (Int) -> Int64) {
        let range = places[model]
        for place in range { scores[place] = score(place) }
        guard range.count > 1 else { return }
        let base = 2 * range.lowerBound
        for node in (1..<range.count).reversed() {
            winners[base + node] = match(at: node, base, range)
        }
    }

    private func match(at node: Int, _ base: Int, _ range: Range<Int>) -> Int32 {
        let left = player(2 * node, base, range)
        let right = player(2 * node + 1, base, range)
        let (a, b) = (scores[Int(left)], scores[Int(right)])
        if a != b { return a > b ? left : right }
        return min(left, right)
    }

    private func player(_ node: Int, _ base: Int, _ range: Range<Int>) -> Int32 {
        node >= range.count ? Int32(range.lowerBound + node - range.count) : winners[base + node]
    }
}
