import Domain
import Testing

@testable import Wire

@Suite struct JobStateTests {
    private let closed = Timestamp(milliseconds: 1)

    @Test func `a job's state follows from its life and its leases`() {
        let waiting = TaskCounts(queued: 1, open: 1)
        let leased = TaskCounts(queued: 0, open: 0, leased: 1)
        #expect(JobState(life: .active, counts: waiting, started: 0) == .waiting)
        #expect(JobState(life: .active, counts: leased, started: 0) == .starting)
        #expect(JobState(life: .active, counts: leased, started: 1) == .running)
        #expect(JobState(life: .closing(.stopped), counts: leased, started: 1) == .stopping)
        #expect(
            JobState(life: .closed(.succeeded, at: closed), counts: leased, started: 0) == .finished
        )
        #expect(JobState(life: .closed(.failed, at: closed), counts: leased, started: 0) == .failed)
        #expect(
            JobState(life: .closed(.stopped, at: closed), counts: leased, started: 0) == .stopped)
    }

    @Test func `only the three ends are over`() {
        #expect(JobState.allCases.filter(\.isOver) == [.finished, .failed, .stopped])
    }

    @Test func `a task's state follows from its life`() throws {
        let lease = try #require(LeaseID("lse_1"))
        #expect(TaskState(.queued) == .queued)
        #expect(TaskState(.open(since: closed)) == .open)
        #expect(TaskState(.leased(lease)) == .leased)
        #expect(TaskState(.finished(.exited(code: 0))) == .succeeded)
        #expect(TaskState(.finished(.exited(code: 1))) == .failed)
        #expect(TaskState(.finished(.stopped)) == .stopped)
        #expect(TaskState(.finished(.nodeLost)) == .failed)
    }
}
