/// Texts about leases whose prices are locked in the escrow.
extension Message {
    static let textsEscrow: [Message: Bilingual] = [
        .helpWalletAgree: Bilingual(
            "agree, as a provider, to the last bills of locked leases",
            "以供應者身分同意鎖定租約的最終帳單"),
        .helpEscrowShow: Bilingual(
            "show your locked leases; -o json writes the file that settles them without a market",
            "顯示你的鎖定租約；-o json 輸出的檔案可在沒有市場時結算"),
        .helpEscrowSettle: Bilingual(
            "settle what payers have signed, without any market", "結算付款人已簽署的租約，不需任何市場"),
        .helpEscrowClaim: Bilingual(
            "claim what the node's receipt says, where the payer is silent",
            "付款人不回應時，依節點收據請款"),
        .helpEscrowStop: Bilingual(
            "end the time that can be billed on chain", "終止鏈上可計費的時間"),
        .helpEscrowDispute: Bilingual(
            "strike out a provider's claim, as its payer", "以付款人身分駁回供應者的請款"),
        .helpEscrowRefund: Bilingual(
            "close a lease whose time is over, and free the rest for its payer",
            "結束已到期的租約，把餘額退給付款人"),
        .helpEscrowWithdraw: Bilingual(
            "take what the escrow owes to your account", "領取託管合約應付給你的金額"),
        .helpEscrowWatch: Bilingual(
            "watch over what you have locked until it is closed, without any market",
            "看守你鎖定的租約直到結束，不需任何市場"),
        .operandLockFile: Bilingual(
            "file written by orban escrow show -o json", "由 orban escrow show -o json 輸出的檔案"),
        .operandLockedLease: Bilingual("lease of the file", "檔案中的租約"),
        .lockFileUnreadable: Bilingual(
            "it is no JSON of chain_id, escrow, token and locks",
            "內容不是含 chain_id、escrow、token、locks 的 JSON"),
        .receiptsUnreadable: Bilingual(
            "it has a line that is no receipt of a lease", "其中有一行不是租約收據"),
        .lockFileLease: Bilingual("it has no lease {lease}", "其中沒有租約 {lease}"),
        .escrowOther: Bilingual(
            "the leases are in the escrow at {escrow}, not the one at {wanted}",
            "租約屬於 {escrow} 的託管合約，不是 {wanted}"),
        .escrowChainOther: Bilingual(
            "the leases are on chain {chain}, the contracts on chain {wanted}",
            "租約位於鏈 {chain}，合約位於鏈 {wanted}"),
        .escrowNone: Bilingual(
            "no lease is locked; orban escrow withdraw takes what came back",
            "沒有鎖定中的租約；以 orban escrow withdraw 領取退回的金額"),
        .escrowSkipped: Bilingual(
            "lease {lease} is not settled: {reason}", "租約 {lease} 未結算：{reason}"),
        .escrowAllClosed: Bilingual(
            "all is closed; orban escrow withdraw takes what came back",
            "全部已結束；以 orban escrow withdraw 領取退回的金額"),
        .escrowLeft: Bilingual(
            "not closed yet: {count}; run this again until all is closed",
            "尚未結束：{count}；請再次執行直到全部結束"),
        .walletEscrow: Bilingual("owed by the escrow", "託管合約可提領"),
        .escrowNothing: Bilingual(
            "nothing in the file is signed beyond what is settled", "檔案中沒有待結算的簽署"),
        .escrowWanted: Bilingual("to be locked", "待鎖定"),
        .escrowLocked: Bilingual("locked", "已鎖定"),
        .escrowUnsigned: Bilingual(
            "over; its payer is to sign (orban wallet sign)", "已結束；待付款人簽署（orban wallet sign）"),
        .escrowUnagreed: Bilingual(
            "over; its provider is to agree (orban wallet agree)",
            "已結束；待供應者同意（orban wallet agree）"),
        .escrowBilled: Bilingual("over, to be settled", "已結束，待結算"),
        .escrowSettled: Bilingual("settled", "已結算"),
        .escrowClaimed: Bilingual("claimed; payable after the dispute window", "已請款；異議期過後可領"),
        .escrowStopped: Bilingual("stopped", "已終止"),
        .escrowDisputed: Bilingual("struck out", "已駁回"),
        .escrowRefunded: Bilingual("closed; the rest is the payer's", "已結束；餘額歸付款人"),
        .escrowWithdrawn: Bilingual("withdrawn from the escrow", "已自託管合約領出"),
        .signLocked: Bilingual(
            "locked {amount} for lease {lease}", "已為租約 {lease} 鎖定 {amount}"),
        .signProgress: Bilingual(
            "lease {lease}: signed for {seconds} s", "租約 {lease}：已簽署 {seconds} 秒"),
        .signDisputed: Bilingual(
            "lease {lease}: more was claimed than is proven; the claim is struck out",
            "租約 {lease}：請款超過已證明的用量，已駁回"),
        .lockSigned: Bilingual("locked, signed for {seconds} s", "已鎖定，已簽署 {seconds} 秒"),
        .signWaits: Bilingual(
            "all is signed; the providers' agreement, or the chain, is waited for",
            "已全部簽署；等待供應者同意或鏈上結算"),
        .signWithdraw: Bilingual(
            "orban escrow withdraw takes what closed leases have freed",
            "以 orban escrow withdraw 領取已結束租約退回的金額"),
        .escrowNoneHere: Bilingual(
            "nothing was locked from this machine with this wallet", "此機器未曾以此錢包鎖定任何租約"),
        .signClosed: Bilingual("lease {lease} is closed", "租約 {lease} 已結束"),
        .signRefunded: Bilingual(
            "lease {lease} is closed; nobody settled it in time", "租約 {lease} 已結束；逾期無人結算"),
        .signBudgetLocked: Bilingual(
            "with it {charge} would be locked, more than the job's budget",
            "連同此筆將鎖定 {charge}，超過工作預算"),
        .signTermsOther: Bilingual(
            "lease {lease} asks for terms that you did not ask for", "租約 {lease} 的條件與你的要求不符"),
        .agreeDone: Bilingual("agreed to the bill of lease {lease}", "已同意租約 {lease} 的帳單"),
        .agreeBelow: Bilingual(
            "lease {lease}: the bill is below what your node has metered; not agreed",
            "租約 {lease}：帳單低於節點的計量，未同意"),
        .agreeOther: Bilingual(
            "lease {lease}: what its payer signed is not its bill; not agreed",
            "租約 {lease}：付款人簽署的內容與帳單不符，未同意"),
        .agreeUnborne: Bilingual(
            "lease {lease}: the market shows no receipt of your node's for it; not agreed "
                + "(--state-dir of the node says whether it ran)",
            "租約 {lease}：市場未出示你的節點的收據，未同意（以 --state-dir 指定節點資料夾可確認是否執行過）"),
        .agreedAll: Bilingual("bills agreed to: {count}", "已同意的帳單：{count}"),
        .agreedKept: Bilingual(
            "kept for orban escrow settle and claim: {path}",
            "供 orban escrow settle、claim 使用：{path}"),
        .runLockNote: Bilingual(
            "orban wallet sign locks the price of each lease and signs for it as it runs",
            "orban wallet sign 會鎖定每筆租約的價金，並於執行期間簽署"),
        .paidFromLock: Bilingual(
            "the escrow, locked for each lease by {address}", "託管合約，由 {address} 逐筆鎖定"),
        .planLock: Bilingual(
            "each lease starts when your wallet has locked its price; keep orban wallet sign running: "
                + "at most {limit} may be worked for unsigned, then it ends",
            "每筆租約在錢包鎖定價金後才開始；請保持 orban wallet sign 執行：未簽署的用量上限為 {limit}，超過即結束"),
    ]
}
