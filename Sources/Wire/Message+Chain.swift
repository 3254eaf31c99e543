/// Texts about wallets, chains and the contracts on them.
extension Message {
    static let textsChain: [Message: Bilingual] = [
        .helpWalletCreate: Bilingual(
            "make a key of your own, sealed by a password", "建立您自己的金鑰，以密碼保護"),
        .helpWalletImport: Bilingual(
            "seal a key that comes by a descriptor", "匯入由描述符提供的金鑰並以密碼保護"),
        .helpWalletAddress: Bilingual("the wallet's address", "錢包的位址"),
        .helpWalletExport: Bilingual(
            "the sealed key as a Web3 keystore", "以 Web3 金鑰檔匯出（仍受密碼保護）"),
        .helpWalletBalance: Bilingual(
            "what the wallet has on its chain and in the vault", "錢包在鏈上與保管合約中的餘額"),
        .helpVaultDeposit: Bilingual(
            "put money into the vault contract, under your key alone", "把款項存入保管合約，只有您的金鑰能動用"),
        .helpVaultAuthorise: Bilingual(
            "let another key sign payments, up to a cap and a moment", "授權另一把金鑰簽署付款，限額限時"),
        .helpVaultRevoke: Bilingual("take that right away", "撤銷授權"),
        .helpVaultExit: Bilingual(
            "take the deposit out, without any market", "取出存款，不需任何市場"),
        .helpVaultWithdraw: Bilingual(
            "have what the vault owes you sent", "提領保管合約應付給您的款項"),
        .helpChainStatus: Bilingual(
            "whether a chain and its contracts are what they should be", "檢查鏈與合約是否正確"),
        .helpChainDeploy: Bilingual(
            "put the contracts on a chain; nobody owns them afterwards", "把合約部署到鏈上；部署後無人擁有"),
        .optionChainID: Bilingual("the chain that the endpoints must belong to", "節點必須屬於的鏈編號"),
        .optionToken: Bilingual(
            "the token to settle in, of six decimals; a test dollar is made where none is named",
            "結算用的代幣（六位小數）；未指定則建立測試幣"),
        .optionTreasury: Bilingual(
            "who is owed commissions; the wallet by default", "佣金收款位址；預設為錢包"),
        .optionCeiling: Bilingual(
            "the highest commission, in hundredths of a percent (1000)", "佣金上限，以萬分之一計（預設 1000）"),
        .optionExitDelay: Bilingual(
            "from the start of an exit until it can be finished (1d)", "開始取出到可完成的時間（預設 1d）"),
        .optionExitWindow: Bilingual("for how long it then can (7d)", "之後可完成的期限（預設 7d）"),
        .optionDisputeWindow: Bilingual(
            "for how long an unsigned claim can be disputed (1d)", "未簽署請款的異議期限（預設 1d）"),
        .helpMarketAnchor: Bilingual(
            "anchor the log's newest head on the market's chain, and wait until that is final",
            "把紀錄最新的樹根錨定到市場的鏈上，並等到不可逆"),
        .anchorDone: Bilingual(
            "anchored for good: {root} (size {size}), block {block}, {transaction}",
            "已錨定且不可逆：{root}（大小 {size}），區塊 {block}，{transaction}"),
        .optionPublicURL: Bilingual(
            "where everybody finds the log; told on the chain with the first head",
            "公開紀錄的網址；隨第一個樹根寫到鏈上"),
        .optionAnchorEvery: Bilingual(
            "minutes between two heads that are anchored (10)", "每隔幾分鐘錨定一次（預設 10）"),
        .optionChain: Bilingual(
            "start a fresh chain for development beside it; its money is worth nothing",
            "另起一條開發用的新鏈；其上的錢沒有價值"),
        .optionDevnetProgram: Bilingual(
            "the program that is that chain (script/devnet)", "該鏈的程式（預設 script/devnet）"),
        .devnetWorthless: Bilingual(
            "a chain for development: worth nothing, gone when this ends; keys are in {path}",
            "開發用的鏈：沒有價值，結束即消失；金鑰在 {path}"),
        .helpChainMint: Bilingual(
            "make test dollars, where the chain is for development; they are worth nothing",
            "取得測試幣（僅限開發用的鏈，沒有價值）"),
        .chainMinted: Bilingual("made: worth nothing, for tests alone", "已取得：僅供測試，沒有價值"),
        .operandEVMKey: Bilingual("an address, 0x and 40 digits", "位址：0x 加 40 位十六進位數字"),
        .optionRPC: Bilingual(
            "an endpoint of the chain (JSON-RPC); several must agree; or ORBAN_RPC_URL",
            "鏈的節點（JSON-RPC）；可指定多個，須一致；或設 ORBAN_RPC_URL"),
        .optionContracts: Bilingual(
            "chain_id, vault, escrow, anchor, dollar as JSON, or a file of it; or ORBAN_CONTRACTS",
            "JSON 或其檔案：chain_id、vault、escrow、anchor、dollar；或設 ORBAN_CONTRACTS"),
        .optionWallet: Bilingual(
            "the keystore; by default wallet.json beside config.yaml",
            "金鑰檔；預設為 config.yaml 旁的 wallet.json"),
        .optionPasswordFD: Bilingual(
            "read the password from this descriptor instead of asking", "從此描述符讀取密碼，不詢問"),
        .optionKeyFD: Bilingual(
            "read the key from this descriptor: 32 bytes or 64 digits",
            "從此描述符讀取金鑰：32 位元組或 64 位數字"),
        .optionConfirmations: Bilingual(
            "blocks that a transaction waits for, its own among them (1)",
            "等待的區塊數，含交易所在區塊（預設 1）"),
        .optionMaxFee: Bilingual(
            "the most that a unit of gas may cost (200)", "每單位 gas 的最高費用（預設 200）"),
        .optionReceiver: Bilingual("who gets it; the wallet itself by default", "收款位址；預設為錢包本身"),
        .optionCap: Bilingual("the most that the key may sign for in all", "此金鑰可簽署的總額上限"),
        .optionExpiry: Bilingual("until when: 24h, or a moment", "有效期限：24h，或指定時間"),
        .optionFinish: Bilingual(
            "finish the exit that was started, within its window", "在期限內完成已開始的取出"),
        .expectEVMAddress: Bilingual(
            "an address: 0x and 40 digits, all of one case or with its checksum",
            "位址：0x 加 40 位數字，大小寫一致或符合檢查碼"),
        .walletKept: Bilingual(
            "{address} is kept in {path}; without its password it is lost",
            "{address} 已存於 {path}；遺失密碼即無法取回"),
        .walletPassword: Bilingual("password of the wallet:", "錢包密碼："),
        .walletPasswordAgain: Bilingual("the same again:", "再輸入一次："),
        .walletPasswordsDiffer: Bilingual("the two passwords differ", "兩次輸入的密碼不同"),
        .walletExists: Bilingual(
            "there is a wallet, and none is ever written over", "錢包已存在，且絕不覆寫"),
        .walletMissing: Bilingual("there is no wallet", "查無錢包"),
        .walletExposed: Bilingual(
            "others may read it (mode {mode}): chmod 600", "他人可讀取（權限 {mode}）：請 chmod 600"),
        .walletNotAKey: Bilingual("that is no key", "這不是金鑰"),
        .walletWrongPassword: Bilingual("the password is another one", "密碼不正確"),
        .walletUnreadable: Bilingual(
            "it is no Web3 keystore of version 3", "這不是第 3 版的 Web3 金鑰檔"),
        .walletCoin: Bilingual("for gas", "gas 費用"),
        .walletTokens: Bilingual("in the wallet", "錢包內"),
        .walletVault: Bilingual("in the vault, unspent", "保管合約中，未動用"),
        .walletOwed: Bilingual("owed by the vault", "保管合約可提領"),
        .walletExit: Bilingual("leaving the vault", "取出中"),
        .walletExitWindow: Bilingual("from {opens} to {closes}", "{opens} 至 {closes}"),
        .vaultDeposited: Bilingual("deposited", "已存入"),
        .vaultAuthorised: Bilingual("authorised", "已授權"),
        .vaultRevoked: Bilingual("revoked", "已撤銷"),
        .vaultExitStarted: Bilingual(
            "the exit is started; orban wallet balance says from when it can be finished",
            "已開始取出；orban wallet balance 會顯示可完成的時間"),
        .vaultExitFinished: Bilingual(
            "the exit is finished; orban vault withdraw sends it", "取出已完成；orban vault withdraw 可提領"),
        .vaultWithdrawn: Bilingual("withdrawn", "已提領"),
        .chainNumber: Bilingual("chain", "鏈"),
        .chainHead: Bilingual("block", "區塊"),
        .chainFinal: Bilingual("final", "已終局"),
        .chainContractsUnreadable: Bilingual(
            "the contracts are no JSON of chain_id, vault, escrow, anchor and dollar",
            "合約設定不是含 chain_id、vault、escrow、anchor、dollar 的 JSON"),
        .chainTokenDecimals: Bilingual(
            "token {token} does not count in millionths", "代幣 {token} 的小數位數不是六位"),
        .chainDisagrees: Bilingual(
            "{needed} {needed|endpoint|endpoints} must agree; {answered} answered, {failed} did not",
            "須有 {needed} 個節點一致；{answered} 個有回應，{failed} 個沒有"),
        .chainUnreadable: Bilingual(
            "the answer to {method} cannot be read", "無法解讀 {method} 的回應"),
        .endpointAway: Bilingual("endpoint {endpoint} does not answer", "節點 {endpoint} 沒有回應"),
        .endpointLate: Bilingual(
            "endpoint {endpoint} did not answer in time", "節點 {endpoint} 回應逾時"),
        .endpointStatus: Bilingual(
            "endpoint {endpoint} answered with HTTP status {status}",
            "節點 {endpoint} 回應 HTTP 狀態 {status}"),
        .endpointOdd: Bilingual(
            "endpoint {endpoint} answered with something else", "節點 {endpoint} 的回應不是預期內容"),
        .endpointDissents: Bilingual(
            "endpoint {endpoint} says something else than the others", "節點 {endpoint} 的說法與其他節點不同"),
        .endpointLags: Bilingual(
            "endpoint {endpoint} is behind the others", "節點 {endpoint} 落後其他節點"),
        .endpointAhead: Bilingual(
            "endpoint {endpoint} is ahead of the others", "節點 {endpoint} 超前其他節點"),
        .chainOther: Bilingual(
            "endpoint {endpoint} belongs to chain {chain}", "節點 {endpoint} 屬於鏈 {chain}"),
        .chainNoCode: Bilingual("there is no contract at {address}", "{address} 沒有合約"),
        .chainTooDear: Bilingual(
            "gas costs more than --max-fee allows now", "目前 gas 費用高於 --max-fee"),
        .chainNoCoin: Bilingual(
            "{account} has no coin to pay for gas", "{account} 沒有支付 gas 的餘額"),
        .chainTooLittle: Bilingual(
            "the wallet has only {has} of {needed}", "需要 {needed}，錢包只有 {has}"),
        .chainAccountBusy: Bilingual(
            "another command sends for {account} now", "另一個指令正在使用 {account} 送出交易"),
        .chainDisplaced: Bilingual(
            "another program used the transaction's number; nothing was done",
            "其他程式用掉了這筆交易的序號；未執行任何動作"),
        .chainTooMany: Bilingual(
            "too many transactions of this account are not final", "此帳戶尚未終局的交易過多"),
    ]
}
