/// The corpus. `{folder}` is the corpus' own folder on the host, `{victim}` a process of the host with
/// the user id of the job, `{name}` a word of this run.
extension HostileCase {
    package static let all = calls + rights + files + reach + bombs

    #if arch(arm64)
        private static let number = (
            addKey: 217, keyctl: 219, bpf: 280, userfault: 282, perf: 241, ptrace: 117
        )
    #else
        private static let number = (
            addKey: 248, keyctl: 250, bpf: 321, userfault: 323, perf: 298, ptrace: 101
        )
    #endif

    /// Doors of the kernel that the filter shuts.
    private static let calls: [HostileCase] = [
        HostileCase(
            "a user namespace of its own", "unshare -U true && echo ESCAPED", without: .filter),
        HostileCase(
            "a mount in a nested user namespace",
            "unshare -Urm sh -c 'mount -t tmpfs x /mnt && echo ESCAPED'", without: .filter),
        HostileCase(
            "a folder of its own over /etc in a nested user namespace",
            "unshare -Urm sh -c 'mount --bind /tmp /etc && echo x > /etc/planted && echo ESCAPED'",
            without: .filter),
        HostileCase(
            "the control groups mounted writable, with their release agent",
            """
            unshare -UrmC sh -c 'mount -t cgroup -o pids x /mnt || mount -t cgroup2 x /mnt
                mkdir /mnt/x 2>/dev/null; ls /mnt/cgroup.procs && echo ESCAPED'
            """, without: .filter),
        .perl(
            "a key in a keyring",
            """
            my ($t, $d, $x) = ("user", "orban-hostile", "x");
            call(syscall(\(number.addKey), $t, $d, $x, 1, -3));
            """, without: .filter),
        .perl("a keyring of its own", "call(syscall(\(number.keyctl), 1, 0));", without: .filter),
        .perl(
            "the kernel's BPF",
            """
            my $a = "\\0" x 128;
            got($!) if syscall(\(number.bpf), 7, $a, 128) >= 0 || $! + 0 != 1 && $! + 0 != 38;
            """, without: .filter),
        .perl("userfaultfd", "call(syscall(\(number.userfault), 1));", without: .filter),
        .perl(
            "performance events",
            """
            my $a = pack("LLQQQQQ", 1, 112, 1, 0, 0, 0, 0x60) . "\\0" x 64;
            call(syscall(\(number.perf), $a, 0, -1, -1, 0));
            """, without: .filter),
        .perl("io_uring", #"my $p = "\0" x 120; call(syscall(425, 4, $p));"#, without: .filter),
        .perl(
            "another process under ptrace",
            """
            my $p = fork; if (!$p) { sleep 9; exit }
            my $r = syscall(\(number.ptrace), 16, $p, 0, 0); kill 9, $p; got("ptrace") if $r == 0;
            """, without: .filter),
        .perl(
            "sockets that no network namespace confines",
            """
            for my $d (3..44) {
                next if $d == 10 || $d == 16;
                socket(my $s, $d, $_, 0) and got("family $d") for 1, 5;
            }
            """, without: .filter),
    ]

    /// Rights that the job does not have.
    private static let rights: [HostileCase] = [
        .perl(
            "raw packets", "socket(my $s, 2, 3, 1) and got(q(raw socket)); print $!;",
            without: .capability("CAP_NET_RAW")),
        .perl(
            "another root folder", "chroot(q(/tmp)) and got(q(chroot)); print $!;",
            without: .capability("CAP_SYS_CHROOT")),
        HostileCase(
            "a device node on /tmp", "mknod /tmp/node c 1 5 && echo ESCAPED",
            without: .userNamespace, .capability("CAP_MKNOD")),
        .perl(
            "a setuid program of its image",
            """
            open(my $in, "|-", "exec su -c true 2>/dev/null >/dev/null") or die;
            my $p = `cat /proc/$$/task/$$/children`; $p =~ s/ .*//s;
            for (1..200) {
                open(my $s, "<", "/proc/$p/status") or last; my $t = join "", <$s>;
                got("effective user 0") if $t =~ /^Uid:\\t\\d+\\t0\\t/m;
                select undef, undef, undef, 0.005;
            }
            kill 9, $p;
            """, without: .item("no_new_privileges", "false")),
        .perl(
            "a signal to a process of the machine",
            "kill(0, {victim}) and got(q(signal)); print $!;",
            without: .item("pidns", #"{"nsmode":"host"}"#)),
        .perl(
            "the machine's processes",
            #"open(my $f, "<", "/proc/1/comm"); my $n = <$f>; got($n) if $n ne "timeout\n";"#,
            without: .item("pidns", #"{"nsmode":"host"}"#)),
    ]

    /// Files that are not the job's.
    private static let files: [HostileCase] = [
        HostileCase(
            "a file in the root", "echo x > /var/tmp/planted && echo ESCAPED",
            without: .item("read_only_filesystem", "false")),
        HostileCase(
            "the machine's firmware", #"[ -n "$(ls /sys/firmware)" ] && echo ESCAPED"#,
            without: .masks),
        .perl(
            "the pattern of core files, opened for writing",
            #"open(my $f, "+<", "/proc/sys/kernel/core_pattern") and got(q(core_pattern)); print $!;"#,
            without: .userNamespace, .masks, .item("user", #""0:0""#)),
        HostileCase(
            "a file of the host", "cat {folder}/secret/file && echo ESCAPED",
            without: .mount("{folder}/secret")),
        HostileCase(
            "a file of the host through a link in /out",
            "ln -sf {folder}/secret/file /out/link; cat /out/link && echo ESCAPED",
            without: .mount("{folder}/secret")),
        HostileCase(
            "a hard link to an input in /out",
            "cd /both 2>/dev/null || cd /; ln -f in/file out/hard && echo ESCAPED",
            without: .mount("{folder}/both")),
        HostileCase(
            "a change of an input", "echo x >> /in/file && echo ESCAPED",
            without: .mountOption("ro", of: "/in")),
        HostileCase(
            "a program in /out", "cp /bin/true /out/program; /out/program && echo ESCAPED",
            without: .mountOption("noexec", of: "/out")),
        HostileCase(
            "a program in /dev/shm",
            "cp /bin/true /dev/shm/program; /dev/shm/program && echo ESCAPED",
            without: .mountOption("noexec", of: "/dev/shm")),
        HostileCase(
            "a device node in /out", "head -c 1 /out/node && echo ESCAPED",
            without: .mountOption("nodev", of: "/out")),
        .perl(
            "a device that is not every container's",
            """
            my %known = map { $_ => 1 } qw(null zero full random urandom tty ptmx console);
            for my $d (glob("/dev/* {folder}/*")) {
                next if $known{substr $d, 5} || -l $d || !(-c $d || -b $d);
                open(my $f, "<", $d) and got($d);
            }
            """, without: .item("devices", #"[{"path":"{folder}/device"}]"#)),
    ]

    /// Networks that are not the job's. Whatever listens does so on a loopback that the corpus made.
    private static let reach: [HostileCase] = [
        .perl(
            "an abstract socket of the machine",
            """
            socket(my $s, 1, 1, 0); my $a = pack("S a*", 1, "\\0orban-{name}");
            connect($s, $a) and got(q(abstract)); print $!;
            """, without: .network),
        .perl("a port of the machine", tcp("127.0.0.1"), without: .network),
        .perl("the metadata address", tcp("169.254.169.254"), without: .network),
    ]

    private static func tcp(_ address: String) -> String {
        """
        socket(my $s, 2, 1, 0); $SIG{ALRM} = sub { exit 1 }; alarm 3;
        my $a = pack("S n C4 x8", 2, 7001, split(/[.]/, "\(address)"));
        connect($s, $a) and got(q(\(address))); print $!;
        """
    }

    /// More than its share. What a control is freed of, the corpus bounds from outside.
    private static let bombs: [HostileCase] = [
        .perl(
            "twice its memory", "my $n = 128 << 20; my $x = chr(1) x $n; got(length $x);",
            without: .memory(bytes: 400 << 20)),
        .perl(
            "a bomb of processes",
            """
            my @p;
            for (1..150) {
                my $p = fork; last if !defined $p; if (!$p) { sleep 15; exit } push @p, $p;
            }
            kill 9, @p; got(scalar @p) if @p > 100;
            """, without: .item("resource_limits.pids", #"{"limit":300}"#)),
        HostileCase(
            "more than its share of /tmp", "head -c 40000000 /dev/zero > /tmp/big && echo ESCAPED",
            without: .temporary(bytes: 50 << 20)),
        .perl(
            "a bomb of inodes",
            """
            for my $i (1..80_000) { open(my $f, ">", "/tmp/$i") or die "$i $!" } got("80000 files");
            """, without: .memory(bytes: 400 << 20)),
        HostileCase(
            "a flood of output", "yes 0123456789012345678901234567890123456789 | head -c 4000000",
            without: .item(
                "log_configuration", #"{"driver":"k8s-file","path":"{log}","size":67108864}"#),
            evidence: .log(bytes: 2 << 20)),
        .perl(
            "more open files than its limit",
            """
            my @f; for (1..5_000) { open(my $f, "<", "/dev/null") or last; push @f, $f }
            got(scalar @f) if @f > 4_100;
            """,
            without: .item(
                "r_limits",
                #"[{"type":"NOFILE","hard":6000,"soft":6000},{"type":"NPROC","hard":999,"soft":999}]"#
            )),
    ]
}
