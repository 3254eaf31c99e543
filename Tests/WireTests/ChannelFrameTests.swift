import Domain
import Testing
import Wire

@Suite struct ChannelFrameTests {
    @Test(arguments: ChannelFrames.ofNode)
    func `a frame of a node comes back as it was sent`(_ frame: NodeFrame) throws {
        let sent = FrameEnvelope(sequence: 7, acknowledged: 3, frame: frame)
        let back = try FrameEnvelope<NodeFrame>(Orban_Node_V1_NodeEnvelope(sent))
        #expect(back.frame == frame)
        #expect(back.sequence == 7 && back.acknowledged == 3)
    }

    @Test(arguments: ChannelFrames.ofMarket)
    func `a frame of the market comes back as it was sent`(_ frame: MarketFrame) throws {
        let sent = FrameEnvelope(sequence: UInt64.max, acknowledged: 0, frame: frame)
        let back = try FrameEnvelope<MarketFrame>(Orban_Node_V1_MarketEnvelope(sent))
        #expect(back.frame == frame)
        #expect(back.sequence == UInt64.max && back.acknowledged == 0)
    }

    @Test func `an envelope may carry an acknowledgement alone`() throws {
        let sent = FrameEnvelope<NodeFrame>(sequence: 0, acknowledged: 9, frame: nil)
        let back = try FrameEnvelope<NodeFrame>(Orban_Node_V1_NodeEnvelope(sent))
        #expect(back.frame == nil && back.acknowledged == 9)
    }

    @Test func `a number and a frame come together or not at all`() {
        let bare = changed(Orban_Node_V1_NodeEnvelope()) { $0.sequence = 1 }
        #expect(throws: MalformedFrame("sequence")) { try FrameEnvelope<NodeFrame>(bare) }
        let unnumbered = changed(Orban_Node_V1_NodeEnvelope()) { $0.drain = .init() }
        #expect(throws: MalformedFrame("sequence")) { try FrameEnvelope<NodeFrame>(unnumbered) }
    }

    @Test(arguments: MalformedNodeEnvelope.table)
    func `a node's frame outside its bounds is refused`(_ row: MalformedNodeEnvelope) {
        #expect(throws: MalformedFrame(row.field)) { try FrameEnvelope<NodeFrame>(row.envelope) }
    }

    @Test(arguments: MalformedMarketEnvelope.table)
    func `a market's frame outside its bounds is refused`(_ row: MalformedMarketEnvelope) {
        #expect(throws: MalformedFrame(row.field)) { try FrameEnvelope<MarketFrame>(row.envelope) }
    }
}
