// Vectors for the audit, made by an independent program (Python: its own Ed25519, Merkle tree and
// entry codec), so that the same mistake cannot stand on both sides. Regenerated only on purpose.

/// Bundles and logs with what an auditor has to say about them.
enum AuditVectors {
    /// A JSON array: name, bundle, and the fault with the entry's index; no fault: it verifies.
    static let bundles = joined(
        #"""
        [{"bundle":{"head":"market.example\n5\nwehX6fO59VPbL/skNpe7twpqxvTYrvwKpapUh1c1wkk=\n\n—
         market.example ax8xlNJFyU9PmmeQTjFpTDL8gx47OcvtoiYzTVR/KYrSv3mzQ131ckE9JCatSf/mnIHiRYlI
        YvKtHYJ9M+U7H1mZcgI=\n","job":"job_J","leases":[{"attempt":1,"charged_micro":2139,"lease
        ":"lse_L1","micro_per_hour":100000,"node_key":{"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIq
        o8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","index":0,"proof":["m6f9aSxBMGxJIjMvMuAAVJKl8s0+cv
        cLlAB8k43mM3c=","lkdEY7SzxPd9xECXXrD9YyULvc8X+oVD6gi+cqpZXro=","mrQxONI8YpXQOUQ4rtcNbpOv
        tbvZW0Xp/GL1I6TKOaQ="]},"records":[{"bytes":"AQIABnBlcmlvZAAGbHNlX0wxAAExAAVhY2NfUAAFbm9
        kX0EAA2NwdQACNjAABjEwMDAwMAAEMTY2NwAg2qlWZhLW8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhht
        UKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADUBAQAGbHNlX0wxAAExAAVub2RfQQACMTMAAjYwAAdydW5uaW5
        nAAJMMAAEMTAwMAAENDA5NgBAWWfM8BA823fF+KSD4AOZVdLBb3qKTUfRbmx1nS7lJC/hOCwbhXVTjDgyhrRSyrY
        ZyVgEpi097feh843aNE+dBg==","index":1,"proof":["je6xNh3hIQ/3EhpwEIwEA1lGVffXe3uVWRjyojocN
        5s=","lkdEY7SzxPd9xECXXrD9YyULvc8X+oVD6gi+cqpZXro=","mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL
        1I6TKOaQ="]},{"bytes":"AQIABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVub2RfQQADY3B1AAI3NwAGMTAwM
        DAwAAQyMTM5ACDaqVZmEtbxwSLnBgWTs1GoiVmumaEonRdf6DFbhCxX9QAgpQWGG1QpJK3/frVH++jTTGzoBvcJf
        SYkrQLscoDPp8MAOgEBAAZsc2VfTDEAATEABW5vZF9BAAIxNwACNzcADGVuZGVkOmV4aXQ6MAACTDAABDEwMDAAB
        DQwOTYAQB5L80bd98DLQwn54vh9I13twZ/9odpWHGa+fTjNhSpWkJ2y/XiVle8gmfWJc1vf4FPc/oCD1SQ/aymVP
        NuOpAI=","index":2,"proof":["VuoiHfZi+6jws3/X6rpGLK5n8Lsv/EIeEpKx9EOOI8o=","7aYBCyGN6sal
        HDtaNoNKmpEh7CMlPfoSX8TkpEvESt4=","mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL1I6TKOaQ="]}],"tas
        k":1},{"attempt":2,"charged_micro":139,"lease":"lse_L2","micro_per_hour":100000,"node_ke
        y":{"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","inde
        x":0,"proof":["m6f9aSxBMGxJIjMvMuAAVJKl8s0+cvcLlAB8k43mM3c=","lkdEY7SzxPd9xECXXrD9YyULvc
        8X+oVD6gi+cqpZXro=","mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL1I6TKOaQ="]},"records":[{"bytes"
        :"AQIABWZpbmFsAAZsc2VfTDIAATIABWFjY19QAAVub2RfQQADY3B1AAE1AAYxMDAwMDAAAzEzOQAg2qlWZhLW8c
        Ei5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADgBAQAGbH
        NlX0wyAAEyAAVub2RfQQABMwABNQAMZW5kZWQ6ZXhpdDowAAJMMAAEMTAwMAAENDA5NgBAzLZSoaDAaGaLTSoBQa
        +n8T3oDLchwTwlZt69yc4KAfmJeDitBNyvEN/3MM/CguMnjLwoPXbgjQCpuTIEke2fAQ==","index":3,"proof
        ":["cjHep6g1Cq039PgrNEs3w60fSQBwXFY5F+Q6T721rOA=","7aYBCyGN6salHDtaNoNKmpEh7CMlPfoSX8Tkp
        EvESt4=","mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL1I6TKOaQ="]}],"task":1}],"log_key":"wobZlNZ
        XTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin":"market.example","renter":"acc_R","salt"
        :"AAECAwQFBgcICQoLDA0ODw=="},"fault":"","index":-1,"name":"two leases of one node"},{"bu
        ndle":{"head":"market.example\n5\nWvzc1KG6wK5lPSwhBcHPqhyIUD8NXhl52+aeHVk7iho=\n\n— mark
        et.example ax8xlFJBH6RHsm0SX4hhMhcbop3fmUoW3+ajihOVG6vJEDSGWm9ePwq0Q0oDqDTbb/ZI0/Z9m7jc5
        aDdMcRi5u67Ags=\n","job":"job_J","leases":[{"attempt":1,"charged_micro":0,"lease":"lse_L
        1","micro_per_hour":100000,"node_key":{"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz4/b
        o4e8Ttg8HhIAmMkJRBkE790Fxto=","index":0,"proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL1I6
        TKOaQ=","VWbvwZo+ishrfZiNjGrQkJ0k/o8NEqPLwHsVt8Q/yGU=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3m
        dIBexUTBr8A="]},"records":[{"bytes":"AQIABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVub2RfQQADY3B
        1AAEwAAYxMDAwMDAAATAAINqpVmYS1vHBIucGBZOzUaiJWa6ZoSidF1/oMVuELFf1ACClBYYbVCkkrf9+tUf76NN
        MbOgG9wl9JiStAuxygM+nwwA4AQEABmxzZV9MMQABMQAFbm9kX0EAATIAATAADGVuZGVkOmV4aXQ6MAACTDAABDE
        wMDAABDQwOTYAQLF60UtsI7NtlQdcrRGzVou4W5oii2iITOcivNih1Cj2ztIDV9a82P/C+C14PTM/LoOPJSc1fit
        AVnuhrVhQzgE=","index":2,"proof":["zN19uozKc+5j1kwE47X6tvFfRn50CWfpZXQH5IVyUVs=","dqNheh
        96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]}
        ],"task":1}],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin":"market.e
        xample","renter":"acc_R","salt":"AAECAwQFBgcICQoLDA0ODw=="},"fault":"","index":-1,"name"
        :"a lease that never ran a whole second"},{"bundle":{"head":"market.example\n5\nL49cXSG1
        jSx+XPCE7+65WqUpcEkF9aVUo/LQX+zxQ5U=\n\n— market.example ax8xlL+YsiQX+zPuESaQIgCimz+ZguU
        mFMVg9KuRLzZIdz0jrVt1M3mP5AbrvLgDI5KFoS7liKX4zkFQGFo2T6ePPA0=\n","job":"job_J","leases":
        [{"attempt":1,"charged_micro":250,"lease":"lse_L1","micro_per_hour":100000,"node_key":{"
        bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","index":0,
        "proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL1I6TKOaQ=","UQgc03vXzsCMVOSBJVF+dNEMk0rhnfW
        6SnutRbTIs4A=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]},"records":[{"bytes":"AQI
        ABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVub2RfQQADY3B1AAE5AAYxMDAwMDAAAzI1MAAg2qlWZhLW8cEi5wY
        Fk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADgBAQAGbHNlX0w
        xAAExAAVub2RfQQABMwABOQAMZW5kZWQ6ZXhpdDowAAJMMAAEMTAwMAAENDA5NgBA4+wPxN7IJ8VAiWzDvKjf72+
        KXzpV9j1mfjSNSMaa5Q+y5C0wfCsxGH2s8guXWIpcIGJZGtei8lalM1whptDyAQ==","index":2,"proof":["z
        N19uozKc+5j1kwE47X6tvFfRn50CWfpZXQH5IVyUVs=","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtO
        E=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]}],"task":1}],"log_key":"wobZlNZXTov4
        Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin":"market.example","renter":"acc_R","salt":"AAE
        CAwQFBgcICQoLDA0ODw=="},"fault":"receiptForged","index":2,"name":"a receipt signed by an
        other key"},{"bundle":{"head":"market.example\n5\nz27uI7t1Qy2fR4h2y3ZspBYuTMSfSKpsTs8n3S
        GxkOA=\n\n— market.example ax8xlPFcqmrgcsDcLM663FxGv101iG8h45iNKybO2YY5sh7Srj2t74n+hIVk0
        UB9RGpBmbO0ekN6Fnk4YVwLKOSNNwo=\n","job":"job_J","leases":[{"attempt":1,"charged_micro":
        250,"lease":"lse_L1","micro_per_hour":100000,"node_key":{"bytes":"AQMABW5vZF9BAAVhY2NfUA
        AgB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","index":0,"proof":["mrQxONI8YpXQOUQ4rtcN
        bpOvtbvZW0Xp/GL1I6TKOaQ=","oNoVMe3cPka303Hdjojb70w3+Vcr9vcMVVX9Qq3c95E=","zKM3I+0TNMa3gM
        VwDAcM3ilGGcJKft3mdIBexUTBr8A="]},"records":[{"bytes":"AQIABWZpbmFsAAZsc2VfTDEAATEABWFjY
        19QAAVub2RfQQADY3B1AAE5AAYxMDAwMDAAAzI1MAAg2qlWZhLW8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAI
        KUFhhtUKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADgBAQAGbHNlX0wxAAExAAVub2RfQQABMwABOAAMZW5kZ
        WQ6ZXhpdDowAAJMMAAEMTAwMAAENDA5NgBAu0SIUYTXZPkT76oo3/PxX1bISjtt0lBUWBbUzxTD4N0k+LQ3yHvP7
        PYWEhl9E3QN1B31XHTMZMCSLNFl25nVBA==","index":2,"proof":["zN19uozKc+5j1kwE47X6tvFfRn50CWf
        pZXQH5IVyUVs=","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","zKM3I+0TNMa3gMVwDAcM3ilGG
        cJKft3mdIBexUTBr8A="]}],"task":1}],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb
        8=","origin":"market.example","renter":"acc_R","salt":"AAECAwQFBgcICQoLDA0ODw=="},"fault
        ":"receiptDiffers","index":2,"name":"seconds that the receipt does not say"},{"bundle":{
        "head":"market.example\n5\nHl92x94n4KmjKHXnoI/FII8aFFzjlvrRZlt4tEYJ6PE=\n\n— market.exam
        ple ax8xlOwD+A31UDloB02gIgY5nlHDsXkEZzxqRklStWSQnx8Y5M4MQC3gfR6tA7K8w6wm74LvzcL1PkPfY6eB
        teNkhQE=\n","job":"job_J","leases":[{"attempt":1,"charged_micro":250,"lease":"lse_L1","m
        icro_per_hour":100000,"node_key":{"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz4/bo4e8T
        tg8HhIAmMkJRBkE790Fxto=","index":0,"proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL1I6TKOaQ
        =","ftDSKryAuPfptRZNAFDk1lTfz7ukSP2UsXFzpKlHL0s=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBex
        UTBr8A="]},"records":[{"bytes":"AQIABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVub2RfQQADY3B1AAE5
        AAYxMDAwMDAAAzI1MAAg2qlWZhLW8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361R/vo00xs
        6Ab3CX0mJK0C7HKAz6fDADgBAQAGbHNlX0wxAAExAAVub2RfQgABMwABOQAMZW5kZWQ6ZXhpdDowAAJMMAAEMTAw
        MAAENDA5NgBAfrosvDcPmjZSyFzwCTomwRkDjUfbg/8rUdGcX9unAkjUgM+XPrujM+yaE4iF+pPB0piiCvp1AN3P
        v9bzPaUCBA==","index":2,"proof":["zN19uozKc+5j1kwE47X6tvFfRn50CWfpZXQH5IVyUVs=","dqNheh9
        6iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]}]
        ,"task":1}],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin":"market.ex
        ample","renter":"acc_R","salt":"AAECAwQFBgcICQoLDA0ODw=="},"fault":"receiptDiffers","ind
        ex":2,"name":"a receipt of another node"},{"bundle":{"head":"market.example\n5\n4JGFbFUJ
        WyehEeRcJe5hqMhmLgKrAqdfG3uSeMW9q4Q=\n\n— market.example ax8xlLCcZDoQQQcWNCh6OHQcquq54Hw
        0cNpzDEqgPJMNyVUWVkV2qBMU4Qi7qXPFFd8hVMj3QF7nJie4fOVowev1lQA=\n","job":"job_J","leases":
        [{"attempt":1,"charged_micro":250,"lease":"lse_L1","micro_per_hour":100000,"node_key":{"
        bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","index":0,
        "proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL1I6TKOaQ=","cHbwvJyuNWgO9dl6XdQCt1Dc286BDZM
        6DS1wVEJJ0to=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]},"records":[{"bytes":"AQI
        ABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVub2RfQQADY3B1AAE5AAYxMDAwMDAAAzI1MAAg2qlWZhLW8cEi5wY
        Fk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADgBAQAGbHNlX0w
        xAAEyAAVub2RfQQABMwABOQAMZW5kZWQ6ZXhpdDowAAJMMAAEMTAwMAAENDA5NgBALV9DwWULk0y5av0KLetikmN
        mjwW49zNI6oI9xuv8DQgAvKZdPf9UBwO+9Mr/khVAAo94NMUm5fySP/PoBm+yAg==","index":2,"proof":["z
        N19uozKc+5j1kwE47X6tvFfRn50CWfpZXQH5IVyUVs=","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtO
        E=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]}],"task":1}],"log_key":"wobZlNZXTov4
        Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin":"market.example","renter":"acc_R","salt":"AAE
        CAwQFBgcICQoLDA0ODw=="},"fault":"receiptDiffers","index":2,"name":"a receipt of another
         attempt"},{"bundle":{"head":"market.example\n5\nUe2aei5gmstme6q9L7aujHvDTtVNJlNuz3SkMuY
        KlcY=\n\n— market.example ax8xlOOIbYPZZQX62tzQrO6o+Ux8KyIv+t/3ckwBYT0mQwEmmHlYARtNbuxZNu
        uj4zXgPyegY1GLKez0Q5b9vhoRMg8=\n","job":"job_J","leases":[{"attempt":1,"charged_micro":2
        50,"lease":"lse_L1","micro_per_hour":100000,"node_key":{"bytes":"AQMABW5vZF9BAAVhY2NfUAA
        gB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","index":0,"proof":["mrQxONI8YpXQOUQ4rtcNb
        pOvtbvZW0Xp/GL1I6TKOaQ=","bbiTg0aTVbPWurTLsJnPB+hHUq2ysPAwAR20OjgHwl0=","zKM3I+0TNMa3gMV
        wDAcM3ilGGcJKft3mdIBexUTBr8A="]},"records":[{"bytes":"AQIABWZpbmFsAAZsc2VfTDEAATEABWFjY1
        9QAAVub2RfQQADY3B1AAE5AAYxMDAwMDAAAzI1MAAg2qlWZhLW8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIK
        UFhhtUKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDAAIBAQBA/NsMfaqIXeSDBoEwKxx1pqAFPQpEpFFnrSSrm5
        zQrnmfTV/LLnPtihKAGD7bYdzTVnFy69NAc/SPT6+bxxk4CA==","index":2,"proof":["zN19uozKc+5j1kwE
        47X6tvFfRn50CWfpZXQH5IVyUVs=","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","zKM3I+0TNM
        a3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]}],"task":1}],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQRe
        W7YRUgrCf1ZSThb8=","origin":"market.example","renter":"acc_R","salt":"AAECAwQFBgcICQoLDA
        0ODw=="},"fault":"receiptUnreadable","index":2,"name":"a receipt that is none"},{"bundle
        ":{"head":"market.example\n5\nxzlBmrF4AGrcfM3GAaCCq090Qq8lLix56GU23QMrxd0=\n\n— market.e
        xample ax8xlEaRupZ9V+LeNOxEHjgUOidRIyCfPM+awAQKGgbCYyXJV8CGDe6kmCkHWPQ4Iqt1wxFr+meTIcWqS
        NusMubTUgU=\n","job":"job_J","leases":[{"attempt":1,"charged_micro":251,"lease":"lse_L1"
        ,"micro_per_hour":100000,"node_key":{"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz4/bo4
        e8Ttg8HhIAmMkJRBkE790Fxto=","index":0,"proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL1I6TK
        OaQ=","xBZWK+GpN/+/oHsZZYjbSM5PLU9zVEqGr8OgKD7Lh88=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdI
        BexUTBr8A="]},"records":[{"bytes":"AQIABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVub2RfQQADY3B1A
        AE5AAYxMDAwMDAAAzI1MQAg2qlWZhLW8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361R/vo0
        0xs6Ab3CX0mJK0C7HKAz6fDADgBAQAGbHNlX0wxAAExAAVub2RfQQABMwABOQAMZW5kZWQ6ZXhpdDowAAJMMAAEM
        TAwMAAENDA5NgBAZZsYKk6xvI9vxXWdZ1e9B8Nj6PceJ/b28/hvrszmhbtQ3eZmeR3GVVSeagQApQx1uTsptE78T
        ZbhZni9zGwWDQ==","index":2,"proof":["zN19uozKc+5j1kwE47X6tvFfRn50CWfpZXQH5IVyUVs=","dqNh
        eh96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="
        ]}],"task":1}],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin":"market
        .example","renter":"acc_R","salt":"AAECAwQFBgcICQoLDA0ODw=="},"fault":"chargeWrong","ind
        ex":2,"name":"a charge one micro-unit too high"},{"bundle":{"head":"market.example\n5\n2
        BiybpYbixwF26oZ8N/H+BpG4rebMLei92tN6fgeqDk=\n\n— market.example ax8xlHP3LLXADSgGEhcamU0a
        pD8QHttgUGhpflJYZDPTAJVeUyopDsnQyslm4wGsW0dLpY7sFWOCyyJ7TWhoq4Kx7Ak=\n","job":"job_J","l
        eases":[{"attempt":1,"charged_micro":249,"lease":"lse_L1","micro_per_hour":100000,"node_
        key":{"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","in
        dex":0,"proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL1I6TKOaQ=","2UOSUftG+jWpZeo0n6Qqgj4m
        VeV3tiYVYfSU1oAkNus=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]},"records":[{"byte
        s":"AQIABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVub2RfQQADY3B1AAE5AAYxMDAwMDAAAzI0OQAg2qlWZhLW
        8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADgBAQAG
        bHNlX0wxAAExAAVub2RfQQABMwABOQAMZW5kZWQ6ZXhpdDowAAJMMAAEMTAwMAAENDA5NgBAZZsYKk6xvI9vxXWd
        Z1e9B8Nj6PceJ/b28/hvrszmhbtQ3eZmeR3GVVSeagQApQx1uTsptE78TZbhZni9zGwWDQ==","index":2,"pro
        of":["zN19uozKc+5j1kwE47X6tvFfRn50CWfpZXQH5IVyUVs=","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4e
        JjeEhtOE=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]}],"task":1}],"log_key":"wobZl
        NZXTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin":"market.example","renter":"acc_R","sal
        t":"AAECAwQFBgcICQoLDA0ODw=="},"fault":"chargeWrong","index":2,"name":"a charge one micr
        o-unit too low"},{"bundle":{"head":"market.example\n6\nt5Kbp21iljha81JdMuuC62U0xyWdpdKpo
        fC+6qKi77M=\n\n— market.example ax8xlG8Iemtr6H7eFJ/iHKE6iYNhTLMm6jMkj/KZ8pWFaVA6YBgIQ0fK
        T951ybGuuJRK7Pnl+WQ+D3Sq+HzZGa5x9AE=\n","job":"job_J","leases":[{"attempt":1,"charged_mi
        cro":1639,"lease":"lse_L1","micro_per_hour":100000,"node_key":{"bytes":"AQMABW5vZF9BAAVh
        Y2NfUAAgB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","index":0,"proof":["mrQxONI8YpXQOU
        Q4rtcNbpOvtbvZW0Xp/GL1I6TKOaQ=","JvJl5HnNlVs53PcbWx5Nn9CSM7xzixhWxbdNRnvk0yc=","Gfg99mHv
        Y5mFOYg2X3oiDI6QhEDLwYerPwFefmkFaug="]},"records":[{"bytes":"AQIABnBlcmlvZAAGbHNlX0wxAAE
        xAAVhY2NfUAAFbm9kX0EAA2NwdQACNjAABjEwMDAwMAAEMTY2NwAg2qlWZhLW8cEi5wYFk7NRqIlZrpmhKJ0XX+g
        xW4QsV/UAIKUFhhtUKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADUBAQAGbHNlX0wxAAExAAVub2RfQQACMTM
        AAjYwAAdydW5uaW5nAAJMMAAEMTAwMAAENDA5NgBAWWfM8BA823fF+KSD4AOZVdLBb3qKTUfRbmx1nS7lJC/hOCw
        bhXVTjDgyhrRSyrYZyVgEpi097feh843aNE+dBg==","index":2,"proof":["pXaVdgyWNSj5BCFiWx/apmNJ6
        hM2cmF0YTgaVPNU3bk=","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","Gfg99mHvY5mFOYg2X3o
        iDI6QhEDLwYerPwFefmkFaug="]},{"bytes":"AQIABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVub2RfQQADY
        3B1AAI1OQAGMTAwMDAwAAQxNjM5ACDaqVZmEtbxwSLnBgWTs1GoiVmumaEonRdf6DFbhCxX9QAgpQWGG1QpJK3/f
        rVH++jTTGzoBvcJfSYkrQLscoDPp8MAOgEBAAZsc2VfTDEAATEABW5vZF9BAAIxMwACNTkADGVuZGVkOmV4aXQ6M
        AACTDAABDEwMDAABDQwOTYAQHj+4ykDD3ZB1FHYJuRfmLbrIyNA+6+frvAI66z0ao3BOO+beHGKSNzh7NAXlrkmO
        SC5lcz5EHoxwLJjBzlFLAM=","index":3,"proof":["m6f9aSxBMGxJIjMvMuAAVJKl8s0+cvcLlAB8k43mM3c
        =","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","Gfg99mHvY5mFOYg2X3oiDI6QhEDLwYerPwFef
        mkFaug="]}],"task":1}],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin"
        :"market.example","renter":"acc_R","salt":"AAECAwQFBgcICQoLDA0ODw=="},"fault":"secondsBa
        ck","index":3,"name":"seconds that go back"},{"bundle":{"head":"market.example\n6\nMWM+e
        i1p5TqgrIXBD6Fkrz9MfERhnk7Ncz7Esa9Tsto=\n\n— market.example ax8xlNV+XFcMREAIy1oFbO+8CqBw
        Dp0Jyi2TZ7y34RSDfDoZCVzNYlzOL/uxFZd/42E6pfzGFnjOrcByQxLYxzcbNAQ=\n","job":"job_J","lease
        s":[{"attempt":1,"charged_micro":4278,"lease":"lse_L1","micro_per_hour":200000,"node_key
        ":{"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","index
        ":0,"proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL1I6TKOaQ=","dkG7T078tfXm9PVIy19lYlW8uU3
        RfnKjYmccHEWewK8=","Gfg99mHvY5mFOYg2X3oiDI6QhEDLwYerPwFefmkFaug="]},"records":[{"bytes":
        "AQIABnBlcmlvZAAGbHNlX0wxAAExAAVhY2NfUAAFbm9kX0EAA2NwdQACNjAABjEwMDAwMAAEMTY2NwAg2qlWZhL
        W8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADUBAQA
        GbHNlX0wxAAExAAVub2RfQQACMTMAAjYwAAdydW5uaW5nAAJMMAAEMTAwMAAENDA5NgBAWWfM8BA823fF+KSD4AO
        ZVdLBb3qKTUfRbmx1nS7lJC/hOCwbhXVTjDgyhrRSyrYZyVgEpi097feh843aNE+dBg==","index":2,"proof"
        :["FZ4kq9eZBzKuEP9NGz0OrjRaHpe/f1SayhFiaIufCtM=","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4eJje
        EhtOE=","Gfg99mHvY5mFOYg2X3oiDI6QhEDLwYerPwFefmkFaug="]},{"bytes":"AQIABWZpbmFsAAZsc2VfT
        DEAATEABWFjY19QAAVub2RfQQADY3B1AAI3NwAGMjAwMDAwAAQ0Mjc4ACDaqVZmEtbxwSLnBgWTs1GoiVmumaEon
        Rdf6DFbhCxX9QAgpQWGG1QpJK3/frVH++jTTGzoBvcJfSYkrQLscoDPp8MAOgEBAAZsc2VfTDEAATEABW5vZF9BA
        AIxNwACNzcADGVuZGVkOmV4aXQ6MAACTDAABDEwMDAABDQwOTYAQB5L80bd98DLQwn54vh9I13twZ/9odpWHGa+f
        TjNhSpWkJ2y/XiVle8gmfWJc1vf4FPc/oCD1SQ/aymVPNuOpAI=","index":3,"proof":["m6f9aSxBMGxJIjM
        vMuAAVJKl8s0+cvcLlAB8k43mM3c=","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","Gfg99mHvY
        5mFOYg2X3oiDI6QhEDLwYerPwFefmkFaug="]}],"task":1}],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQR
        eW7YRUgrCf1ZSThb8=","origin":"market.example","renter":"acc_R","salt":"AAECAwQFBgcICQoLD
        A0ODw=="},"fault":"termsChanged","index":3,"name":"a rate that changes within the lease"
        },{"bundle":{"head":"market.example\n6\nYvozNK68FmyKqoTJ3HfWGNEIYUTwhn/j+ZqCVjuSZBQ=\n\n
        — market.example ax8xlOjJytH/+Sj8u5RFg7DedlIQyWpuJXHJoOZDjvxDq4I3fvaYi1u1882XQkGmuSKU64N
        SxYR9Kp0kFW6NurHsCQc=\n","job":"job_J","leases":[{"attempt":2,"charged_micro":2139,"leas
        e":"lse_L1","micro_per_hour":100000,"node_key":{"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HI
        qo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","index":0,"proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbvZW
        0Xp/GL1I6TKOaQ=","+kOsvOlWiKl/iRREkeEEQ4sBEqVqCq3hiBaKycT0lRs=","Gfg99mHvY5mFOYg2X3oiDI6
        QhEDLwYerPwFefmkFaug="]},"records":[{"bytes":"AQIABnBlcmlvZAAGbHNlX0wxAAExAAVhY2NfUAAFbm
        9kX0EAA2NwdQACNjAABjEwMDAwMAAEMTY2NwAg2qlWZhLW8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhh
        tUKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADUBAQAGbHNlX0wxAAExAAVub2RfQQACMTMAAjYwAAdydW5uaW
        5nAAJMMAAEMTAwMAAENDA5NgBAWWfM8BA823fF+KSD4AOZVdLBb3qKTUfRbmx1nS7lJC/hOCwbhXVTjDgyhrRSyr
        YZyVgEpi097feh843aNE+dBg==","index":2,"proof":["l0RQCTQ2RXJIf0/KOQRnogu4IgNnAh5/1rVuYbhj
        1pc=","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","Gfg99mHvY5mFOYg2X3oiDI6QhEDLwYerPw
        FefmkFaug="]},{"bytes":"AQIABWZpbmFsAAZsc2VfTDEAATIABWFjY19QAAVub2RfQQADY3B1AAI3NwAGMTAw
        MDAwAAQyMTM5ACDaqVZmEtbxwSLnBgWTs1GoiVmumaEonRdf6DFbhCxX9QAgpQWGG1QpJK3/frVH++jTTGzoBvcJ
        fSYkrQLscoDPp8MAOgEBAAZsc2VfTDEAATIABW5vZF9BAAIxNwACNzcADGVuZGVkOmV4aXQ6MAACTDAABDEwMDAA
        BDQwOTYAQODFKM7T1gVH1p49eBq+6E8nUQoigXVkqI3gvIgrR6Ig25SP3bf5sFQ/cv5H+1xaTigG2azyXl47FAe4
        Iqdx7AE=","index":3,"proof":["m6f9aSxBMGxJIjMvMuAAVJKl8s0+cvcLlAB8k43mM3c=","dqNheh96iau
        qRFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","Gfg99mHvY5mFOYg2X3oiDI6QhEDLwYerPwFefmkFaug="]}],"ta
        sk":1}],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin":"market.exampl
        e","renter":"acc_R","salt":"AAECAwQFBgcICQoLDA0ODw=="},"fault":"termsChanged","index":3,
        "name":"an attempt that changes within the lease"},{"bundle":{"head":"market.example\n6\
        nqMby1FxAjllyVWdGVpdCbbNsTNNXOSQO4cViYjh/ltI=\n\n— market.example ax8xlO1YQX/yiI290/OElc
        X5kVWvX3FXHQ6rXNO2UdXQ245SFgEz5A7/QYnIoGpsQ9CvBZSIe8hA0t15Hs9HienpGAY=\n","job":"job_J",
        "leases":[{"attempt":1,"charged_micro":2139,"lease":"lse_L1","micro_per_hour":100000,"no
        de_key":{"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=",
        "index":0,"proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL1I6TKOaQ=","dk5HIy4Pk32CDL0Cd2y3B
        SbIn1TAWIu1VfyOeHvzP0c=","Gfg99mHvY5mFOYg2X3oiDI6QhEDLwYerPwFefmkFaug="]},"records":[{"b
        ytes":"AQIABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVub2RfQQADY3B1AAI2MAAGMTAwMDAwAAQxNjY3ACDaq
        VZmEtbxwSLnBgWTs1GoiVmumaEonRdf6DFbhCxX9QAgpQWGG1QpJK3/frVH++jTTGzoBvcJfSYkrQLscoDPp8MAO
        gEBAAZsc2VfTDEAATEABW5vZF9BAAIxNAACNjAADGVuZGVkOmV4aXQ6MAACTDAABDEwMDAABDQwOTYAQP+CJ5Zzr
        FfAsBZDGItRCAu3paV0DIPd3YAdRgfTjqs4WxL5gqUJOGwhTd/aKQ6aPOp8116qwaVs6i3JGrY3EAI=","index"
        :2,"proof":["0B14hXO55bAdZ3Ez9h0Bi8tXbRzGgdahg2IWOsZDvV4=","dqNheh96iauqRFoRYnAuU7jBOhRJ
        Qi/vB4eJjeEhtOE=","Gfg99mHvY5mFOYg2X3oiDI6QhEDLwYerPwFefmkFaug="]},{"bytes":"AQIABnBlcml
        vZAAGbHNlX0wxAAExAAVhY2NfUAAFbm9kX0EAA2NwdQACNzcABjEwMDAwMAAEMjEzOQAg2qlWZhLW8cEi5wYFk7N
        RqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADUBAQAGbHNlX0wxAAE
        xAAVub2RfQQACMTYAAjc3AAdydW5uaW5nAAJMMAAEMTAwMAAENDA5NgBA5wT/tyKMh9PbneHL2MSgatRat4dx9kM
        8Dj3UKidUtQDRPV+2lt7BUKVqwy1Wgr7j70IeinDvc+njkacL+W21BA==","index":3,"proof":["o4urETXr6
        Ac+sA8T4E7inxkJWFInl1TWR4wrsEjLohI=","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","Gfg
        99mHvY5mFOYg2X3oiDI6QhEDLwYerPwFefmkFaug="]}],"task":1}],"log_key":"wobZlNZXTov4Hv8T1/dJ
        hDwkQReW7YRUgrCf1ZSThb8=","origin":"market.example","renter":"acc_R","salt":"AAECAwQFBgc
        ICQoLDA0ODw=="},"fault":"afterFinal","index":3,"name":"a record after the last one"},{"b
        undle":{"head":"market.example\n5\neTORXihtgdXEURTig7EYMBmLb9mSMq3xRfNuxM53d/s=\n\n— mar
        ket.example ax8xlKRY7MvxolvUyzzDEnIISDOskfItjdFs28vjovTCOO8wa6oLc5Wq5TA9tBnpwyRbEJHT9ht1
        0atUkCk5W15AqAk=\n","job":"job_J","leases":[{"attempt":1,"charged_micro":250,"lease":"ls
        e_L1","micro_per_hour":100000,"node_key":{"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz
        4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","index":0,"proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL
        1I6TKOaQ=","xeZNgATo7wlEvt9Vq2VXp1mG5dBXPqtuhMy1GeOenaA=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKf
        t3mdIBexUTBr8A="]},"records":[{"bytes":"AQIABWZpbmFsAAZsc2VfTDIAATEABWFjY19QAAVub2RfQQAD
        Y3B1AAE5AAYxMDAwMDAAAzI1MAAg2qlWZhLW8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361
        R/vo00xs6Ab3CX0mJK0C7HKAz6fDADgBAQAGbHNlX0wyAAExAAVub2RfQQABMwABOQAMZW5kZWQ6ZXhpdDowAAJM
        MAAEMTAwMAAENDA5NgBASZ9CJUdXjIgC7MZHmiPNJYU11c5YFA/l6CrXeuhFFm4iUT+uLlT3C9o368JQdqzpbldt
        N4+DaozZsmhfqX1CAw==","index":2,"proof":["zN19uozKc+5j1kwE47X6tvFfRn50CWfpZXQH5IVyUVs=",
        "dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTB
        r8A="]}],"task":1}],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin":"m
        arket.example","renter":"acc_R","salt":"AAECAwQFBgcICQoLDA0ODw=="},"fault":"otherLease",
        "index":2,"name":"a record of another lease"},{"bundle":{"head":"market.example\n5\ntgCo
        jrL6qH0GT7v8eZo7XriC9Zh9QbV/BHnacKyz+Mo=\n\n— market.example ax8xlDXmZVoz/tf8dGgSh3m/Ftq
        zDLTsu9wAZM83iLGVIyYvMN73/9ah0ZDbb13ggtmwhekfkEV0rc8bH9iFiBzPZgg=\n","job":"job_J","leas
        es":[{"attempt":1,"charged_micro":250,"lease":"lse_L1","micro_per_hour":100000,"node_key
        ":{"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","index
        ":0,"proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL1I6TKOaQ=","XBW8b9bP9HRWHullEBMg3nfZVXc
        flF1PArnJP894Es0=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]},"records":[{"bytes":
        "AQIABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVub2RfQQADY3B1AAE5AAYxMDAwMDAAAzI1MAAgERmqQhGxTDP
        2rlhkUHOauD+tzSsGRpDOm7w/76XDa4wAIKUFhhtUKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADgBAQAGbHN
        lX0wxAAExAAVub2RfQQABMwABOQAMZW5kZWQ6ZXhpdDowAAJMMAAEMTAwMAAENDA5NgBAZZsYKk6xvI9vxXWdZ1e
        9B8Nj6PceJ/b28/hvrszmhbtQ3eZmeR3GVVSeagQApQx1uTsptE78TZbhZni9zGwWDQ==","index":2,"proof"
        :["zN19uozKc+5j1kwE47X6tvFfRn50CWfpZXQH5IVyUVs=","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4eJje
        EhtOE=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]}],"task":1}],"log_key":"wobZlNZX
        Tov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin":"market.example","renter":"acc_R","salt":
        "AAECAwQFBgcICQoLDA0ODw=="},"fault":"renterHash","index":2,"name":"another renter's reco
        rd"},{"bundle":{"head":"market.example\n5\nEFGwKvVU3rfLHT5a9zz9nNbVoSoKUNPg/O5xEQEz2WE=\
        n\n— market.example ax8xlNZOQY4jsQLb/HaICDDZOo7Ewpfep8HY2Vc9O6eOvW2eSmnGKD0VPIMPrv44LqW+
        wA+boewc8cv3qJr928UxxQg=\n","job":"job_J","leases":[{"attempt":1,"charged_micro":250,"le
        ase":"lse_L1","micro_per_hour":100000,"node_key":{"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4
        HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","index":0,"proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbv
        ZW0Xp/GL1I6TKOaQ=","jbb/8ZIixUdYJCcZlBQIpZxKItbnhfnzWwQbwvdnew0=","zKM3I+0TNMa3gMVwDAcM3
        ilGGcJKft3mdIBexUTBr8A="]},"records":[{"bytes":"AQIABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVu
        b2RfQQADY3B1AAE5AAYxMDAwMDAAAzI1MAAg2qlWZhLW8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIDIRkFrF
        oyd4eIGwBvlrZddlnC5ejKtBlbpV01lZvUvpADgBAQAGbHNlX0wxAAExAAVub2RfQQABMwABOQAMZW5kZWQ6ZXhp
        dDowAAJMMAAEMTAwMAAENDA5NgBAZZsYKk6xvI9vxXWdZ1e9B8Nj6PceJ/b28/hvrszmhbtQ3eZmeR3GVVSeagQA
        pQx1uTsptE78TZbhZni9zGwWDQ==","index":2,"proof":["zN19uozKc+5j1kwE47X6tvFfRn50CWfpZXQH5I
        VyUVs=","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3m
        dIBexUTBr8A="]}],"task":1}],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","or
        igin":"market.example","renter":"acc_R","salt":"AAECAwQFBgcICQoLDA0ODw=="},"fault":"jobH
        ash","index":2,"name":"another job's record"},{"bundle":{"head":"market.example\n5\naBf9
        oD0ZNd5dWOY+60YiIWJN5W4z0vBM7Xmr667v558=\n\n— market.example ax8xlHopsnW1VThrl9XRneVxqax
        xjk+0mSpRNavSZha8n07i2k+UnqdSAfiru03FCtOFQuV6+CVrFpXJt9Ef8y9wggk=\n","job":"job_J","leas
        es":[{"attempt":1,"charged_micro":0,"lease":"lse_L1","micro_per_hour":100000,"node_key":
        {"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","index":
        0,"proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL1I6TKOaQ=","w+K0jZQ+fljkkLP7yRK6cnN6CtUTr
        owGOby3LnCa5Qc=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]},"records":[{"bytes":"A
        QkAAXg=","index":2,"proof":["zN19uozKc+5j1kwE47X6tvFfRn50CWfpZXQH5IVyUVs=","dqNheh96iauq
        RFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]}],"tas
        k":1}],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin":"market.example
        ","renter":"acc_R","salt":"AAECAwQFBgcICQoLDA0ODw=="},"fault":"unreadable","index":2,"na
        me":"an entry of no known kind"},{"bundle":{"head":"market.example\n5\n7Hv1dh7WCOQeQzVUV
        i+zGMg2KggMnog9PEPuXzyAzYs=\n\n— market.example ax8xlIEH73e6xfzM/ugeaGSMgUyO6GSh+z1b0R6+
        /XNKWFP5iaW2lYG5tgYKFjzqa1u3ihTHMKVhDe25rzEKaLprEA0=\n","job":"job_J","leases":[{"attemp
        t":1,"charged_micro":250,"lease":"lse_L1","micro_per_hour":100000,"node_key":{"bytes":"A
        QIABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVub2RfQQADY3B1AAE5AAYxMDAwMDAAAzI1MAAg2qlWZhLW8cEi5
        wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADgBAQAGbHNlX
        0wxAAExAAVub2RfQQABMwABOQAMZW5kZWQ6ZXhpdDowAAJMMAAEMTAwMAAENDA5NgBAZZsYKk6xvI9vxXWdZ1e9B
        8Nj6PceJ/b28/hvrszmhbtQ3eZmeR3GVVSeagQApQx1uTsptE78TZbhZni9zGwWDQ==","index":2,"proof":[
        "zN19uozKc+5j1kwE47X6tvFfRn50CWfpZXQH5IVyUVs=","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEh
        tOE=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]},"records":[{"bytes":"AQIABWZpbmFs
        AAZsc2VfTDEAATEABWFjY19QAAVub2RfQQADY3B1AAE5AAYxMDAwMDAAAzI1MAAg2qlWZhLW8cEi5wYFk7NRqIlZ
        rpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADgBAQAGbHNlX0wxAAExAAVu
        b2RfQQABMwABOQAMZW5kZWQ6ZXhpdDowAAJMMAAEMTAwMAAENDA5NgBAZZsYKk6xvI9vxXWdZ1e9B8Nj6PceJ/b2
        8/hvrszmhbtQ3eZmeR3GVVSeagQApQx1uTsptE78TZbhZni9zGwWDQ==","index":2,"proof":["zN19uozKc+
        5j1kwE47X6tvFfRn50CWfpZXQH5IVyUVs=","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","zKM3
        I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]}],"task":1}],"log_key":"wobZlNZXTov4Hv8T1/dJh
        DwkQReW7YRUgrCf1ZSThb8=","origin":"market.example","renter":"acc_R","salt":"AAECAwQFBgcI
        CQoLDA0ODw=="},"fault":"unreadable","index":2,"name":"a record where the key should be"}
        ,{"bundle":{"head":"market.example\n5\njtUXjViSgzpXoOX50Ut6AENSJuawWlW/p7seGUrkHJo=\n\n—
         market.example ax8xlKPZaMrQTFjLaevgBojS4PgeidxH4RjVohPiy9kLjS35oB5ecwGi1IdiEz0MUV+klnXj
        a9Dh8h8TrsasChkN6QI=\n","job":"job_J","leases":[{"attempt":1,"charged_micro":250,"lease"
        :"lse_L1","micro_per_hour":100000,"node_key":{"bytes":"AQMABW5vZF9CAAVhY2NfUAAgB0qK4HIqo
        8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","index":0,"proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0X
        p/GL1I6TKOaQ=","KCPCdu6RFrq8ITc3BIrHUmt4gs4eBtkD+Yp+Aem53Q8=","zKM3I+0TNMa3gMVwDAcM3ilGG
        cJKft3mdIBexUTBr8A="]},"records":[{"bytes":"AQIABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVub2Rf
        QQADY3B1AAE5AAYxMDAwMDAAAzI1MAAg2qlWZhLW8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt
        /361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADgBAQAGbHNlX0wxAAExAAVub2RfQQABMwABOQAMZW5kZWQ6ZXhpdDow
        AAJMMAAEMTAwMAAENDA5NgBAZZsYKk6xvI9vxXWdZ1e9B8Nj6PceJ/b28/hvrszmhbtQ3eZmeR3GVVSeagQApQx1
        uTsptE78TZbhZni9zGwWDQ==","index":2,"proof":["zN19uozKc+5j1kwE47X6tvFfRn50CWfpZXQH5IVyUV
        s=","qd7dAak3SI7sWAJN8uvkX7UR5oqH8S2DH5g8cGuGESs=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBe
        xUTBr8A="]}],"task":1}],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin
        ":"market.example","renter":"acc_R","salt":"AAECAwQFBgcICQoLDA0ODw=="},"fault":"nodeKeyM
        issing","index":2,"name":"the key of another node"},{"bundle":{"head":"market.example\n4
        \n8m1Vf3thWL3YN9oP45u2+wwJ0d4nsc5+Wv22smzLwBs=\n\n— market.example ax8xlMXeORYezzzEapMRO
        amEjo+jEmwjECtRo+DNvPtAnj89eUbhY3v2ZSRum60XGI/jic4LJmqjHqDsei6dHDCcOQQ=\n","job":"job_J"
        ,"leases":[{"attempt":1,"charged_micro":139,"lease":"lse_L1","micro_per_hour":100000,"no
        de_key":{"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=",
        "index":0,"proof":["R2//iIhkckw1c2Y9c5mUvgXQhE4nVdeAmJXIGsv5ISY=","q3xbgNBdzWxgYnkRHzJZo
        EuJxKYpZumnI1/v6jTGYS0="]},"records":[{"bytes":"AQIABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVu
        b2RfQQADY3B1AAE1AAYxMDAwMDAAAzEzOQAg2qlWZhLW8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtU
        KSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADgBAQAGbHNlX0wxAAExAAVub2RfQQABMwABNQAMZW5kZWQ6ZXhp
        dDowAAJMMAAEMTAwMAAENDA5NgBAjskUiPpqEdJaERpczECVh9rcwg6D9sZD3LXURoNp6MpgYz5KOXxSpWkGpt+5
        DBmq2XQZAXgrc8BdNmSMLL3oAw==","index":1,"proof":["je6xNh3hIQ/3EhpwEIwEA1lGVffXe3uVWRjyoj
        ocN5s=","q3xbgNBdzWxgYnkRHzJZoEuJxKYpZumnI1/v6jTGYS0="]}],"task":1},{"attempt":1,"charge
        d_micro":167,"lease":"lse_L2","micro_per_hour":100000,"node_key":{"bytes":"AQMABW5vZF9BA
        AVhY2NfUAAgYVhD4REuMexWJW/FWLvE5V5CPTU//JRgU8Xd3qMmWx0=","index":2,"proof":["ufld0AlEdYH
        LIQcWFG3pcuBJh2wJOV5vRrD7hRT/jhQ=","S7Zz6fSPSeqFyopEQjMy61BsCCscl3G1i9vYndSmWKc="]},"rec
        ords":[{"bytes":"AQIABWZpbmFsAAZsc2VfTDIAATEABWFjY19QAAVub2RfQQADY3B1AAE2AAYxMDAwMDAAAzE
        2NwAg2qlWZhLW8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361R/vo00xs6Ab3CX0mJK0C7HK
        Az6fDADgBAQAGbHNlX0wyAAExAAVub2RfQQABMwABNgAMZW5kZWQ6ZXhpdDowAAJMMAAEMTAwMAAENDA5NgBAoMz
        SB6DipRjSHUqO3hjaK4/9AXRSI2Mu1NpexOm4dTBYMzQdGzBHWN+SzDbIA+r8vakoq7XOW2EoCyrqr3VdDA==","
        index":3,"proof":["PqEm7pB9Vf+SAFJNOwEztnSPueh2AyeMva3mqeh0Ebo=","S7Zz6fSPSeqFyopEQjMy61
        BsCCscl3G1i9vYndSmWKc="]}],"task":1}],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZS
        Thb8=","origin":"market.example","renter":"acc_R","salt":"AAECAwQFBgcICQoLDA0ODw=="},"fa
        ult":"nodeKeyTwice","index":2,"name":"a second key for one node"},{"bundle":{"head":"mar
        ket.example\n5\n/tV0uLG5E8qQA8y+IXTRLX2Uubn0dta3hRMvsrGFzJ0=\n\n— market.example ax8xlCz
        ocxCxvfR6JE+7Wdjc8zwn+Wu2hbIEWInPxh/OBZfZEbVo3LzH8ZIbl9yLMHwHpdv7aXjf7l44u4UkOwAgTgg=\n"
        ,"job":"job_J","leases":[{"attempt":1,"charged_micro":1667,"lease":"lse_L1","micro_per_h
        our":100000,"node_key":{"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMk
        JRBkE790Fxto=","index":0,"proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL1I6TKOaQ=","+5p0Ew
        hCG0CXh5uArgnCVRJGWPJjVPoKETfdfDws0/Q=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]}
        ,"records":[{"bytes":"AQIABnBlcmlvZAAGbHNlX0wxAAExAAVhY2NfUAAFbm9kX0EAA2NwdQACNjAABjEwMD
        AwMAAEMTY2NwAg2qlWZhLW8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361R/vo00xs6Ab3CX
        0mJK0C7HKAz6fDADUBAQAGbHNlX0wxAAExAAVub2RfQQACMTMAAjYwAAdydW5uaW5nAAJMMAAEMTAwMAAENDA5Ng
        BAWWfM8BA823fF+KSD4AOZVdLBb3qKTUfRbmx1nS7lJC/hOCwbhXVTjDgyhrRSyrYZyVgEpi097feh843aNE+dBg
        ==","index":2,"proof":["zN19uozKc+5j1kwE47X6tvFfRn50CWfpZXQH5IVyUVs=","dqNheh96iauqRFoRY
        nAuU7jBOhRJQi/vB4eJjeEhtOE=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]}],"task":1}
        ],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin":"market.example","re
        nter":"acc_R","salt":"AAECAwQFBgcICQoLDA0ODw=="},"fault":"leaseOpen","index":-1,"name":
        "a lease that still runs"},{"bundle":{"head":"market.example\n1\nje6xNh3hIQ/3EhpwEIwEA1l
        GVffXe3uVWRjyojocN5s=\n\n— market.example ax8xlAj8XQg2HKTVHJQXTxpDInKvZEi1UV3WyB3i3HhszZ
        O3xcXrPsYThbIS8JoiC5umoaciFl4va5E6JG2wkBgZIw4=\n","job":"job_J","leases":[{"attempt":1,"
        charged_micro":0,"lease":"lse_L1","micro_per_hour":100000,"node_key":{"bytes":"AQMABW5vZ
        F9BAAVhY2NfUAAgB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","index":0,"proof":[]},"reco
        rds":[],"task":1}],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin":"ma
        rket.example","renter":"acc_R","salt":"AAECAwQFBgcICQoLDA0ODw=="},"fault":"recordsMissin
        g","index":-1,"name":"a lease without a record"},{"bundle":{"head":"market.example\n5\n7
        Hv1dh7WCOQeQzVUVi+zGMg2KggMnog9PEPuXzyAzYs=\n\n— market.example ax8xlIEH73e6xfzM/ugeaGSM
        gUyO6GSh+z1b0R6+/XNKWFP5iaW2lYG5tgYKFjzqa1u3ihTHMKVhDe25rzEKaLprEA0=\n","job":"job_J","l
        eases":[{"attempt":1,"charged_micro":251,"lease":"lse_L1","micro_per_hour":100000,"node_
        key":{"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","in
        dex":0,"proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL1I6TKOaQ=","KCPCdu6RFrq8ITc3BIrHUmt4
        gs4eBtkD+Yp+Aem53Q8=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]},"records":[{"byte
        s":"AQIABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVub2RfQQADY3B1AAE5AAYxMDAwMDAAAzI1MAAg2qlWZhLW
        8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADgBAQAG
        bHNlX0wxAAExAAVub2RfQQABMwABOQAMZW5kZWQ6ZXhpdDowAAJMMAAEMTAwMAAENDA5NgBAZZsYKk6xvI9vxXWd
        Z1e9B8Nj6PceJ/b28/hvrszmhbtQ3eZmeR3GVVSeagQApQx1uTsptE78TZbhZni9zGwWDQ==","index":2,"pro
        of":["zN19uozKc+5j1kwE47X6tvFfRn50CWfpZXQH5IVyUVs=","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4e
        JjeEhtOE=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]}],"task":1}],"log_key":"wobZl
        NZXTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin":"market.example","renter":"acc_R","sal
        t":"AAECAwQFBgcICQoLDA0ODw=="},"fault":"leaseTerms","index":-1,"name":"a charge that the
         records do not say"},{"bundle":{"head":"market.example\n5\n7Hv1dh7WCOQeQzVUVi+zGMg2KggM
        nog9PEPuXzyAzYs=\n\n— market.example ax8xlIEH73e6xfzM/ugeaGSMgUyO6GSh+z1b0R6+/XNKWFP5iaW
        2lYG5tgYKFjzqa1u3ihTHMKVhDe25rzEKaLprEA0=\n","job":"job_J","leases":[{"attempt":1,"charg
        ed_micro":250,"lease":"lse_L1","micro_per_hour":100001,"node_key":{"bytes":"AQMABW5vZF9B
        AAVhY2NfUAAgB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","index":0,"proof":["mrQxONI8Yp
        XQOUQ4rtcNbpOvtbvZW0Xp/GL1I6TKOaQ=","KCPCdu6RFrq8ITc3BIrHUmt4gs4eBtkD+Yp+Aem53Q8=","zKM3
        I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A="]},"records":[{"bytes":"AQIABWZpbmFsAAZsc2VfTDE
        AATEABWFjY19QAAVub2RfQQADY3B1AAE5AAYxMDAwMDAAAzI1MAAg2qlWZhLW8cEi5wYFk7NRqIlZrpmhKJ0XX+g
        xW4QsV/UAIKUFhhtUKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADgBAQAGbHNlX0wxAAExAAVub2RfQQABMwA
        BOQAMZW5kZWQ6ZXhpdDowAAJMMAAEMTAwMAAENDA5NgBAZZsYKk6xvI9vxXWdZ1e9B8Nj6PceJ/b28/hvrszmhbt
        Q3eZmeR3GVVSeagQApQx1uTsptE78TZbhZni9zGwWDQ==","index":2,"proof":["zN19uozKc+5j1kwE47X6t
        vFfRn50CWfpZXQH5IVyUVs=","dqNheh96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","zKM3I+0TNMa3gMV
        wDAcM3ilGGcJKft3mdIBexUTBr8A="]}],"task":1}],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQReW7YRU
        grCf1ZSThb8=","origin":"market.example","renter":"acc_R","salt":"AAECAwQFBgcICQoLDA0ODw=
        ="},"fault":"leaseTerms","index":-1,"name":"a rate that the records do not say"},{"bundl
        e":{"head":"market.example\n5\n7Hv1dh7WCOQeQzVUVi+zGMg2KggMnog9PEPuXzyAzYs=\n\n— market.
        example ax8xlIEH73e6xfzM/ugeaGSMgUyO6GSh+z1b0R6+/XNKWFP5iaW2lYG5tgYKFjzqa1u3ihTHMKVhDe25
        rzEKaLprEA0=\n","job":"job_J","leases":[{"attempt":2,"charged_micro":250,"lease":"lse_L1
        ","micro_per_hour":100000,"node_key":{"bytes":"AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz4/bo
        4e8Ttg8HhIAmMkJRBkE790Fxto=","index":0,"proof":["mrQxONI8YpXQOUQ4rtcNbpOvtbvZW0Xp/GL1I6T
        KOaQ=","KCPCdu6RFrq8ITc3BIrHUmt4gs4eBtkD+Yp+Aem53Q8=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3md
        IBexUTBr8A="]},"records":[{"bytes":"AQIABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVub2RfQQADY3B1
        AAE5AAYxMDAwMDAAAzI1MAAg2qlWZhLW8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361R/vo
        00xs6Ab3CX0mJK0C7HKAz6fDADgBAQAGbHNlX0wxAAExAAVub2RfQQABMwABOQAMZW5kZWQ6ZXhpdDowAAJMMAAE
        MTAwMAAENDA5NgBAZZsYKk6xvI9vxXWdZ1e9B8Nj6PceJ/b28/hvrszmhbtQ3eZmeR3GVVSeagQApQx1uTsptE78
        TZbhZni9zGwWDQ==","index":2,"proof":["zN19uozKc+5j1kwE47X6tvFfRn50CWfpZXQH5IVyUVs=","dqN
        heh96iauqRFoRYnAuU7jBOhRJQi/vB4eJjeEhtOE=","zKM3I+0TNMa3gMVwDAcM3ilGGcJKft3mdIBexUTBr8A=
        "]}],"task":1}],"log_key":"wobZlNZXTov4Hv8T1/dJhDwkQReW7YRUgrCf1ZSThb8=","origin":"marke
        t.example","renter":"acc_R","salt":"AAECAwQFBgcICQoLDA0ODw=="},"fault":"leaseTerms","ind
        ex":-1,"name":"an attempt that the records do not say"}]
        """#)

    /// Signed heads of logs whose entry `i` is the key of node `nod_<i>` (SHA-256 of that id), and
    /// a small log with usage records.
    static let logs = joined(
        #"""
        {"bad":["AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","AQIABWZp
        bmFsAAZsc2VfTDEAATEABWFjY19QAAVub2RfQQADY3B1AAE5AAYxMDAwMDAAAzI1MQAg2qlWZhLW8cEi5wYFk7NR
        qIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361R/vo00xs6Ab3CX0mJK0C7HKAz6fDADgBAQAGbHNlX0wxAAEx
        AAVub2RfQQABMwABOQAMZW5kZWQ6ZXhpdDowAAJMMAAEMTAwMAAENDA5NgBAZZsYKk6xvI9vxXWdZ1e9B8Nj6Pce
        J/b28/hvrszmhbtQ3eZmeR3GVVSeagQApQx1uTsptE78TZbhZni9zGwWDQ=="],"bad_note":"market.exampl
        e\n2\ncetNApZZYia2pfkZBl9FTQ1JdQhJ1zYqB99Bny+NnKE=\n\n— market.example ax8xlBs9pa7KaIMCV
        IGHTdZofOfNieWPL1a0dtpZl092J8ISQyI6cgXl8czDfP+33ZOoIxwLW0II8queQLe0+Re9JAI=\n","n300":"m
        arket.example\n300\ncASSCvIbSlVvwulslj+jroYJMZfjLMzVx/KSu3M9pJ8=\n\n— market.example ax8
        xlGVleDxft7r+pB0XMY8Wy05z8zBwa77Sr/X00CED9Tt7FmoFuHzXsrp7kGb5r7foXZzaI2MZ1ike4mLAz8G2vAQ
        =\n","n600":"market.example\n600\nGE2B3YF2KdBUiNG0PIc/15gtPl8KNmv/pAfJwK433ic=\n\n— mark
        et.example ax8xlNA5My/KsPcN27Vw/nzsLtwENO8uJ8nQ8eqUNZW5mVdbS/HMW1gyZfNRec3yYKr0R0dwaWJNM
        fSmX8//+tX/zw4=\n","rewritten600":"market.example\n600\n7fxOQbDKYrgg7jIgbdCvA1Hz7ysi+n5A
        ItR0GdtQ3Gs=\n\n— market.example ax8xlDAdKRdkEAzDkW8axK+VARJjh14/aNhi1msUZXZH6bMnTz0QWvx
        ZHaiucRSNTPKZm0ymJJ/0NKqLZgHRhEjEjgA=\n","short":["AQMABW5vZF9BAAVhY2NfUAAgB0qK4HIqo8nrz
        4/bo4e8Ttg8HhIAmMkJRBkE790Fxto=","AQIABnBlcmlvZAAGbHNlX0wxAAExAAVhY2NfUAAFbm9kX0EAA2NwdQ
        ACNjAABjEwMDAwMAAEMTY2NwAg2qlWZhLW8cEi5wYFk7NRqIlZrpmhKJ0XX+gxW4QsV/UAIKUFhhtUKSSt/361R/
        vo00xs6Ab3CX0mJK0C7HKAz6fDADUBAQAGbHNlX0wxAAExAAVub2RfQQACMTMAAjYwAAdydW5uaW5nAAJMMAAEMT
        AwMAAENDA5NgBAWWfM8BA823fF+KSD4AOZVdLBb3qKTUfRbmx1nS7lJC/hOCwbhXVTjDgyhrRSyrYZyVgEpi097f
        eh843aNE+dBg==","AQIABWZpbmFsAAZsc2VfTDEAATEABWFjY19QAAVub2RfQQADY3B1AAI3NwAGMTAwMDAwAAQ
        yMTM5ACDaqVZmEtbxwSLnBgWTs1GoiVmumaEonRdf6DFbhCxX9QAgpQWGG1QpJK3/frVH++jTTGzoBvcJfSYkrQL
        scoDPp8MAOgEBAAZsc2VfTDEAATEABW5vZF9BAAIxNwACNzcADGVuZGVkOmV4aXQ6MAACTDAABDEwMDAABDQwOTY
        AQB5L80bd98DLQwn54vh9I13twZ/9odpWHGa+fTjNhSpWkJ2y/XiVle8gmfWJc1vf4FPc/oCD1SQ/aymVPNuOpAI
        ="],"short_note":"market.example\n3\nooFRBk7YmWjO1FH2uT7laap7iIWAEh/dGnEFH3KGCNA=\n\n— m
        arket.example ax8xlLcQ6kyOE2gn/HzBjlnoi75CUJcxs3cQYn09mZxa63NSw2VkxWDOsR2RWnEzVW1th23DDb
        eH3+9ONHAYYXFe7gw=\n","verifier":"market.example+6b1f3194+AcKG2ZTWV06L+B7/E9f3SYQ8JEEXlu
        2EVIKwn9WUk4W/"}
        """#)

    /// The text without the line breaks that only the source has.
    private static func joined(_ text: String) -> String {
        text.split(separator: "\n").joined()
    }
}
