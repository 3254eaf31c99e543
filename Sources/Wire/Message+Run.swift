/// Texts of progress of `orban run`, `logs`, `stop`, `wait`.
extension Message {
    static let textsRun: [Message: Bilingual] = [
        .runUploading: Bilingual("uploading {path} ({size})", "上傳 {path}（{size}）"),
        .runUploaded: Bilingual("uploaded {size}", "已上傳 {size}"),
        .runAlreadyStored: Bilingual("{path} is already stored", "{path} 已在市場中"),
        .runSubmitted: Bilingual("submitted {name} ({job})", "已送出 {name}（{job}）"),
        .runWaiting: Bilingual("waiting: {reason}", "等待中：{reason}"),
        .runMatched: Bilingual(
            "matched {node} in {region}, {price}", "已配對 {region} 的 {node}，{price}"),
        .runStarting: Bilingual(
            "starting on {node}; image and start are not charged", "正在 {node} 啟動；取得映像與啟動不收費"),
        .runStarted: Bilingual("started on {node}", "已在 {node} 開始執行"),
        .runProgress: Bilingual(
            "{done} of {total} {total|task|tasks} · {spent} of {budget}",
            "{total} 個子工作完成 {done} 個 · 已花費 {spent}／預算 {budget}"),
        .runNodeLost: Bilingual(
            "node {node} lost (no renewal for {time}); the task starts again elsewhere, the "
                + "lost time is not charged",
            "節點 {node} 失聯（{time} 未續約）；子工作將在別處重新開始，失聯的時間不收費"),
        .runFinished: Bilingual(
            "finished · {charged} of {budget} · {refunded} returned",
            "已完成 · {charged}／預算 {budget} · 退回 {refunded}"),
        .runFailed: Bilingual(
            "failed: {reason} · {charged} of {budget}", "失敗：{reason} · {charged}／預算 {budget}"),
        .runStopped: Bilingual(
            "stopped: {reason} · {charged} of {budget}", "已停止：{reason} · {charged}／預算 {budget}"),
        .runOutputs: Bilingual("outputs in {path}", "輸出在 {path}"),
        .runProof: Bilingual("proof: {command}", "證明：{command}"),
        .runLeavesRunning: Bilingual("Ctrl-C leaves it running.", "按 Ctrl-C 會離開，工作繼續執行。"),
        .runDetached: Bilingual(
            "{job} goes on, at most {price}. Come back: {command}",
            "{job} 繼續執行，最多 {price}。回來查看：{command}"),
        .runStopAgain: Bilingual(
            "Press Ctrl-C again within 2 s to stop the job.", "2 秒內再按一次 Ctrl-C 會停止工作。"),
        .logsEnded: Bilingual("stream ended: {reason}", "輸出結束：{reason}"),
        .logsDropped: Bilingual("{count} {count|line was|lines were} dropped", "略過了 {count} 行"),
        .logsReconnecting: Bilingual(
            "connection lost, resuming at line {line}", "連線中斷，從第 {line} 行繼續"),
        .stopAsked: Bilingual("{job} is being stopped", "正在停止 {job}"),
        .stopDone: Bilingual("{job} stopped; nothing more is charged", "{job} 已停止，不再收費"),
        .stopOver: Bilingual(
            "{job} was over already ({state}); nothing was stopped", "{job} 先前已結束（{state}）；未停止任何東西"),
        .retryDone: Bilingual(
            "{count} {count|task|tasks} of {job} {count|starts|start} again",
            "{job} 的 {count} 個子工作重新開始"),
        .outputsSaved: Bilingual(
            "{count} {count|file|files}, {size}, in {path}", "{count} 個檔案，{size}，在 {path}"),
        .outputsNone: Bilingual("{job} left no outputs", "{job} 沒有輸出"),
    ]
}
