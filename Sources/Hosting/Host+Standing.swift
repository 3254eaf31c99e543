package import Domain

extension Host {
    /// When the heartbeat was sent that this session's market answered last; nil before the first.
    package var answeredHeartbeat: BootTime? { answeredHeartbeatSentAt }
}
