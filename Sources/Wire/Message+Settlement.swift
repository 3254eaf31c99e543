/// Texts about jobs that a deposit in the vault pays for.
extension Message {
    static let textsSettlement: [Message: Bilingual] = [
        .helpWalletLink: Bilingual(
            "show the market that this wallet is yours: its deposit pays for your jobs",
            "向市場證明錢包屬於您，以其存款支付您的工作"),
        .helpWalletSign: Bilingual(
            "sign for what your own jobs are proven to have used, and lock what --pay lock asks for",
            "為您自己的工作經證明的用量簽署，並鎖定 --pay lock 所需的金額"),
        .helpVaultShow: Bilingual(
            "your deposit and your vouchers, as the market has them",
            "市場所知的您的存款與付款憑單"),
        .helpVaultVouchers: Bilingual(
            "the newest signed vouchers, as orban redeem reads them",
            "最新的已簽署付款憑單，可供 orban redeem 使用"),
        .helpVaultAudit: Bilingual(
            "check on the chain that the vault has what it owes", "在鏈上查核保管合約是否足額"),
        .vaultSound: Bilingual(
            "{balance} there = {unspent} unspent ({users}) + {owed} owed ({accounts}) + {surplus}; block {block}",
            "保管合約 {balance} = 未動用 {unspent}（{users}）+ 應付 {owed}（{accounts}）+ 餘額 {surplus}；區塊 {block}"
        ),
        .vaultUnsound: Bilingual(
            "the vault does not bear out its own events: {what}", "保管合約與其事件不符：{what}"),
        .optionVaultUser: Bilingual(
            "sign as a session key of this user; by default the wallet is the user",
            "以此使用者授權的金鑰簽署；預設由錢包本身簽署"),
        .optionAccept: Bilingual(
            "also sign for this job, which was sent from elsewhere, up to its budget; repeatable",
            "也為這個從別處送出的工作簽署，以其預算為限；可重複"),
        .optionPayee: Bilingual(
            "who is paid by vouchers for what runs here; without it no vouchers are taken",
            "以付款憑單收款的位址；未指定則不收付款憑單"),
        .optionSLA: Bilingual(
            "promise each lease this share of its time, and where it gets less give back that share of its charge",
            "承諾每份租約的服務時間比例；未達時退還的費用比例"),
        .optionPay: Bilingual(
            "pay from the balance with the market, from the deposit in the vault, or by locking each lease's price",
            "由市場內的餘額支付、由保管合約中的存款支付，或將每份租約的價格鎖定於託管合約"),
        .optionRedeemEvery: Bilingual(
            "have signed vouchers redeemed every so many seconds (3600)",
            "每隔幾秒兌付已簽署的付款憑單（預設 3600）"),
        .optionLockWindow: Bilingual(
            "keep a lease's place for so many seconds until its price is locked for good (300)",
            "為等候價格鎖定生效，保留位置的秒數（預設 300）"),
        .optionUnsignedLimit: Bilingual(
            "end a user's jobs when more than this is worked for and not signed (1.00)",
            "未簽署的用量超過此金額即結束該使用者的工作（預設 1.00）"),
        .optionDelegate: Bilingual(
            "let the market's own key sign for you, up to the cap: custodial",
            "授權市場的金鑰在限額內代您簽署：託管"),
        .delegated: Bilingual(
            "custodial: the market's key {key} may sign away up to the cap, whatever your jobs used",
            "託管：市場的金鑰 {key} 可在限額內簽署付款，不論您的工作實際用量"),
        .expectNoKeyBeside: Bilingual("no key beside it", "不可同時指定金鑰"),
        .paidCustodial: Bilingual("custodial: the market signs", "託管：由市場簽署"),
        .vaultCustody: Bilingual("custodial", "託管"),
        .walletLinked: Bilingual(
            "{address} pays for jobs with --pay vault or --pay lock",
            "{address} 將支付以 --pay vault 或 --pay lock 送出的工作"),
        .vaultOther: Bilingual(
            "the market settles through the vault at {vault}, your contracts name {wanted}",
            "市場使用 {vault} 的保管合約，您的合約設定為 {wanted}"),
        .vaultUserOther: Bilingual(
            "{address} is not the address that pays here: orban wallet link first",
            "{address} 不是此處的付款位址：請先執行 orban wallet link"),
        .signRefused: Bilingual(
            "nothing is signed for {job}: {reason}", "未為 {job} 簽署：{reason}"),
        .signDone: Bilingual("{amount} in all for {payee}", "{payee} 累計 {amount}"),
        .signAll: Bilingual(
            "every job is over, and all of it is signed for", "所有工作均已結束並完成簽署"),
        .signOpen: Bilingual(
            "{count} {count|job is|jobs are} not over, or not counted", "{count} 個工作尚未結束或尚未計入"),
        .signCommissionAbove: Bilingual(
            "the market takes more of {lease} than it said when the job was sent",
            "市場對 {lease} 抽取的佣金高於送出時所述"),
        .signUnknownJob: Bilingual(
            "this market has no {job} of yours: nothing is signed for it here",
            "此市場沒有您的 {job}：不在此簽署"),
        .signNothing: Bilingual(
            "no job of yours is to be paid here: orban run --pay vault or --pay lock, or --accept JOB",
            "此處沒有待付款的工作：請用 orban run --pay vault 或 --pay lock，或 --accept JOB"),
        .signPriceAbove: Bilingual(
            "{lease} costs more per hour than you allowed", "{lease} 的每小時價格高於您的上限"),
        .signBudgetAbove: Bilingual(
            "its bill is {charge}, above the budget that you sent it with",
            "帳單為 {charge}，高於您送出時的預算"),
        .signPayeeUnsaid: Bilingual(
            "the node of {lease} has not signed whom to pay", "{lease} 的節點未簽署收款對象"),
        .signWentBack: Bilingual(
            "{lease} was counted with more, or for another payee, before",
            "{lease} 先前計入的金額較高，或收款對象不同"),
        .voucherBookUnreadable: Bilingual(
            "it is no record of what was signed; put a copy back, for nothing is signed without it",
            "內容不是簽署紀錄；請還原備份，否則不會簽署"),
        .runSignNote: Bilingual(
            "orban wallet sign signs for it as it runs", "執行期間以 orban wallet sign 簽署付款"),
        .showPaidFrom: Bilingual("paid from", "付款來源"),
        .paidFromVault: Bilingual("the vault, by {address}", "保管合約，付款人 {address}"),
        .planVault: Bilingual(
            "{available} free there; at most {limit} may be worked for unsigned, then it ends",
            "可用 {available}；未簽署的用量上限為 {limit}，超過即結束"),
        .vaultContract: Bilingual("vault", "保管合約"),
        .vaultUnsignedLimit: Bilingual("may be unsigned", "可未簽署的上限"),
        .vaultWorkedFor: Bilingual("WORKED FOR", "應付"),
        .vaultSigned: Bilingual("SIGNED", "已簽署"),
    ]
}
