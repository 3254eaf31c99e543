/// Texts about signed vouchers and what a vault pays for them.
extension Message {
    static let textsVouchers: [Message: Bilingual] = [
        .helpRedeem: Bilingual(
            "have signed vouchers paid out of the vault, without any market",
            "兌付已簽署的付款憑單，不需任何市場"),
        .operandVoucherFile: Bilingual(
            "JSON with chain_id, vault and vouchers", "含 chain_id、vault、vouchers 的 JSON 檔"),
        .voucherFileUnreadable: Bilingual(
            "it is no JSON of chain_id, vault and vouchers, at most 10,000",
            "內容不是含 chain_id、vault、vouchers 的 JSON（至多 10,000 張）"),
        .voucherFileField: Bilingual(
            "{field} of voucher {place} is not in form", "第 {place} 張的 {field} 格式不符"),
        .voucherFileChain: Bilingual(
            "the vouchers are for chain {chain}, the contracts are on {wanted}",
            "付款憑單屬於鏈 {chain}，合約位於鏈 {wanted}"),
        .voucherFileVault: Bilingual(
            "the vouchers are for the vault at {vault}, not the one at {wanted}",
            "付款憑單屬於 {vault} 的保管合約，不是 {wanted}"),
        .voucherUser: Bilingual("FROM", "付款人"),
        .voucherPayee: Bilingual("TO", "收款人"),
        .voucherPaid: Bilingual("PAID", "實付"),
        .voucherCommission: Bilingual("COMMISSION", "佣金"),
        .voucherTotal: Bilingual(
            "total: {paid}, and {commission} commission", "合計：{paid}，佣金 {commission}"),
        .voucherPays: Bilingual("will be paid", "將兌付"),
        .voucherRedeemed: Bilingual("redeemed", "已兌付"),
        .voucherSettled: Bilingual("paid before, or by another one", "先前或由另一張兌付"),
        .voucherRefused: Bilingual("not sent: {reason}", "未送出：{reason}"),
        .voucherSkipped: Bilingual("the contract refused: {reason}", "合約拒絕：{reason}"),
        .voucherStale: Bilingual(
            "more than that was redeemed already", "已兌付的金額高於此張"),
        .voucherUnspent: Bilingual("the user's deposit is too small", "付款人的存款不足"),
        .voucherOverCeiling: Bilingual(
            "its commission is above the contract's ceiling", "佣金高於合約上限"),
        .voucherNoPayee: Bilingual("it names no payee", "沒有收款人"),
        .voucherSignature: Bilingual(
            "neither the user nor a session key of the user signed it",
            "不是由付款人或其授權的金鑰簽署"),
        .voucherKeyExpired: Bilingual("the session key has expired", "授權的金鑰已過期"),
        .voucherOverCap: Bilingual("it is above the session key's cap", "超過授權金鑰的限額"),
    ]
}
