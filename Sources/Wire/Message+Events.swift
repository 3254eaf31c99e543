/// Texts of a job's events.
extension Message {
    static let textsEvents: [Message: Bilingual] = [
        .eventSubmitted: Bilingual(
            "submitted: {tasks} {tasks|task|tasks}, {amount} set aside",
            "已提交：{tasks} 個子工作，保留 {amount}"),
        .eventPlaced: Bilingual("placed on {node} at {price}", "已安排至 {node}，價格 {price}"),
        .eventStarted: Bilingual("started", "已啟動"),
        .eventMetered: Bilingual("ran {time} so far, {charge}", "目前已執行 {time}，{charge}"),
        .eventLeaving: Bilingual(
            "asked to leave by its owner ({why}), has until {until}",
            "機器的擁有者要求離開（{why}），期限 {until}"),
        .eventPreempted: Bilingual(
            "asked to make way for an on-demand order, has until {until}",
            "須讓位給隨需訂單，期限 {until}"),
        .leasePreempted: Bilingual(
            "asked to make way for an on-demand order, has until {time}",
            "須讓位給隨需訂單，期限 {time}"),
        .eventStaying: Bilingual(
            "may stay: its owner needs the machine no more", "可以留下：擁有者不再需要使用機器"),
        .leaseLeaving: Bilingual(
            "asked to leave by its owner ({why}), has until {time}",
            "機器的擁有者要求離開（{why}），期限 {time}"),
        .eventEnded: Bilingual("ended: {reason}", "已結束：{reason}"),
        .eventSettled: Bilingual("settled: {time}, {charge}", "已結算：{time}，{charge}"),
        .eventRequeued: Bilingual(
            "made way; placed anew, no failure", "已讓位；將重新安排，不算失敗"),
        .eventExpired: Bilingual(
            "too late for the schedule: {tasks} waiting {tasks|task|tasks} given up, unbilled",
            "已趕不上期限：放棄 {tasks} 個等待中的子工作，不收費"),
        .eventClosing: Bilingual(
            "nothing more is placed; {tasks} waiting {tasks|task|tasks} cancelled",
            "不再安排新的執行；取消 {tasks} 個等待中的子工作"),
        .eventRefunded: Bilingual("{amount} returned", "退回 {amount}"),
        .eventClosed: Bilingual("closed: {outcome}", "已關閉：{outcome}"),
        .eventReopened: Bilingual("{tasks} {tasks|task|tasks} again", "重試 {tasks} 個子工作"),
    ]
}
