// Times the way to small HTTP endpoints and back. It decides nothing: what a round trip means is
// `Domain`'s, and whose it is the caller's. Start reading at `BeaconProbe`.
