/// Texts of `orban plan` and the confirmation.
extension Message {
    static let textsPlan: [Message: Bilingual] = [
        .planTitle: Bilingual("Plan for {name}", "{name} 的計畫"),
        .planTitleArray: Bilingual(
            "Plan for {name} ({tasks} tasks, {parallel} at once)",
            "{name} 的計畫（{tasks} 個子工作，同時 {parallel} 個）"),
        .planImage: Bilingual("image", "映像"),
        .planPinned: Bilingual("pinned", "已固定"),
        .planInputs: Bilingual("inputs", "輸入"),
        .planNetwork: Bilingual("network", "網路"),
        .planLatency: Bilingual("latency", "往返時間"),
        .planLatencyNearest: Bilingual(
            "at most {ceiling}; the nearest offer is about {estimate} away ({lower} to {upper})",
            "至多 {ceiling}；最近的報價約 {estimate}（{lower} 至 {upper}）"),
        .planLatencyNone: Bilingual(
            "at most {ceiling}; how far any offer is, nobody has measured",
            "至多 {ceiling}；所有報價的往返時間皆未知"),
        .planGang: Bilingual("gang", "同組"),
        .planGangWhole: Bilingual(
            "all {members} {members|task|tasks} start together or none; all have a place now",
            "{members} 個子工作同時開始，否則都不開始；目前全部都有位置"),
        .planGangPart: Bilingual(
            "all {members} {members|task|tasks} start together or none; "
                + "{placed} {placed|has|have} a place now",
            "{members} 個子工作同時開始，否則都不開始；目前 {placed} 個有位置"),
        .planSpread: Bilingual("spread", "分散"),
        .planSpreadNode: Bilingual(
            "no two tasks run on one node at once", "任兩個子工作不會同時在同一節點執行"),
        .planSpreadProvider: Bilingual(
            "no two tasks run at one provider at once", "任兩個子工作不會同時在同一提供者執行"),
        .gangWaits: Bilingual(
            "{placed} of {members} {members|task|tasks} of the gang {placed|has|have} a place; "
                + "one more: {line}",
            "同組 {members} 個子工作中有 {placed} 個有位置；再一個：{line}"),
        .planSpot: Bilingual("spot", "可搶占"),
        .planSpotNotice: Bilingual(
            "pays the spot price; may be asked to leave at any time, with {notice} notice",
            "以可搶占價計費；隨時可能須讓位，通知時間 {notice}"),
        .planOffers: Bilingual("offers", "報價"),
        .planOffersFit: Bilingual("{feasible} of {total} fit", "{total} 個中有 {feasible} 個符合"),
        .planLow: Bilingual("low", "最低"),
        .planLikely: Bilingual("likely", "可能"),
        .planWorst: Bilingual("worst case", "最壞"),
        .planTotal: Bilingual("total", "總計"),
        .planBudgetNote: Bilingual("the job stops here: budget {budget}", "工作到此停止：預算 {budget}"),
        .planLongest: Bilingual("each task runs at most {time}", "每個子工作最多執行 {time}"),
        .planCheapest: Bilingual("cheapest now {price}", "目前最便宜 {price}"),
        .planNothingBought: Bilingual("Nothing was bought. Run it: {command}", "尚未購買。執行：{command}"),
        .planNotFeasible: Bilingual("No offer fits this job now.", "目前沒有報價符合這個工作。"),
        .planDeadline: Bilingual("deadline", "期限"),
        .deadlineStart: Bilingual("start by {time}", "最遲 {time} 開始"),
        .deadlineFinish: Bilingual("done by {time}", "最遲 {time} 完成"),
        .deadlineExpected: Bilingual("expected to run {time}", "預計執行 {time}"),
        .planInTime: Bilingual(
            "In time by what is known now: the last task has a place by about {start}.",
            "依目前所知趕得上期限：最後一個子工作最遲約 {start} 有位置。"),
        .planAtRisk: Bilingual(
            "May be too late by what is known now: the last task has a place by about {start}, and "
                + "must have one by {latest}.",
            "依目前所知可能趕不上期限：最後一個子工作最遲約 {start} 有位置，但必須在 {latest} 前取得。"),
        .planUnforeseen: Bilingual(
            "Whether it is in time is not known now.", "目前無法得知是否趕得上期限。"),
        .planDone: Bilingual(
            "Done by about {finish}, if each task runs {time} as you expect, without interruption.",
            "若每個子工作如您預期執行 {time} 且未中斷，約 {finish} 完成。"),
        .planMissed: Bilingual(
            "A task without a place by {latest} ends as start_failed:deadline, unbilled.",
            "到 {latest} 仍沒有位置的子工作以 start_failed:deadline 結束，不收費。"),
        .expectedStart: Bilingual(
            "a place by about {time}, when what runs has ended; "
                + "{ahead} {ahead|order|orders} may come first",
            "最遲約 {time} 有位置（執行中的工作結束後）；前面有 {ahead} 個訂單"),
        .expectedStartSpot: Bilingual(
            "a place by about {time}, for spot work makes way; "
                + "{ahead} {ahead|order|orders} may come first",
            "最遲約 {time} 有位置（可搶占的工作會讓位）；前面有 {ahead} 個訂單"),
        .confirmBuy: Bilingual(
            "Buy up to {amount} in context {context}? [y/N]",
            "要在環境 {context} 購買最多 {amount} 嗎？[y/N]"),
        .confirmSpend: Bilingual(
            "this would spend up to {amount}", "這會花費最多 {amount}"),
        .confirmAct: Bilingual("this ends what runs", "這會終止執行中的工作"),
        .confirmStop: Bilingual(
            "Stop {job}? What ran so far is charged. [y/N]", "要停止 {job} 嗎？已執行的部分會收費。[y/N]"),
        .confirmDeclined: Bilingual("Nothing was bought.", "沒有購買任何東西。"),
    ]
}
