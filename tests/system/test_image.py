# SPDX-License-Identifier: ISC
"""blogd-image: what it writes for a guest, and what it refuses to."""
import ast
import hashlib
import os
import re
import shutil
import signal
import stat
import subprocess
import xml.etree.ElementTree as etree

import blogd
import repo
import servers

BINARY = os.path.join(os.path.dirname(blogd.BINARY), "blogd-image")
HOST_KEY = "SHA256:" + "A" * 43
SECRET = "hunter2-correct-horse"


# ------------------------------------------------------------ running it --

def good(t, **changes):
    """The options of a good run without TLS, as a dictionary."""
    options = {"remote": "https://git.example.org/me/blog.git#main",
               "ip": "198.51.100.5", "netmask": "255.255.255.0",
               "gateways": "198.51.100.1", "dns": "198.51.100.2",
               "url": "http://blog.example.org",
               "output": t.path("out")}
    os.makedirs(options["output"], exist_ok=True)
    options.update(changes)
    return {k: v for k, v in options.items() if v is not None}


def arguments(options):
    words = []
    for name, value in options.items():
        for one in value if isinstance(value, list) else [value]:
            words.append("--" + name.replace("_", "-"))
            if one is not True:
                words.append(one)
    return words


def run(t, options, **how):
    """(status, standard output, lines of standard error)"""
    done = subprocess.run([BINARY, *arguments(options)], cwd=t.dir,
                          env=repo.ENV, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60, **how)
    return (done.returncode, done.stdout.decode(),
            done.stderr.decode().splitlines())


def made(t, **changes):
    """A run that has to work; the directory of its files."""
    options = good(t, **changes)
    status, _, errors = run(t, options)
    assert status == 0, errors
    return options["output"]


def refused(t, pattern, **changes):
    """A run that has to fail, with a line that fits, and to write nothing."""
    options = good(t, **changes)
    before = os.listdir(options["output"]) \
        if os.path.isdir(options["output"]) else []
    status, out, errors = run(t, options)
    assert status == 1, (changes, status, errors)
    assert out == "", out
    assert all(line.startswith("blogd-image: ") for line in errors), errors
    assert any(re.search(pattern, line) and "warning:" not in line
               for line in errors), (pattern, errors)
    if os.path.isdir(options["output"]):
        assert os.listdir(options["output"]) == before
    return errors


def unpack(t, archive, name="unpacked"):
    """By cpio itself, without the owners."""
    directory = t.path(name)
    os.makedirs(directory)
    with open(archive, "rb") as file:
        subprocess.run(["cpio", "-id", "--quiet", "--no-preserve-owner"],
                       stdin=file, cwd=directory, check=True)
    return directory


def listing(archive):
    """[(mode, owner, path)] as cpio says."""
    with open(archive, "rb") as file:
        out = subprocess.run(["cpio", "-tvn", "--quiet"], stdin=file,
                             check=True, stdout=subprocess.PIPE).stdout
    rows = [line.split() for line in out.decode().splitlines()]
    return [(row[0], "%s:%s" % (row[2], row[3]), row[-1]) for row in rows]


def domain(directory):
    """blogd.xl as a dictionary; its strings are quoted as Python's are."""
    found = {}
    for line in open(os.path.join(directory, "blogd.xl")):
        if line.strip() and not line.startswith("#"):
            name, value = line.split("=", 1)
            found[name.strip()] = ast.literal_eval(value.strip())
    return found


def configuration(t, directory):
    path = unpack(t, os.path.join(directory, "site.cpio"))
    return open(os.path.join(path, "etc/blogd/blogd.conf")).read()


def pair(t, *names, name="tls", chain=True, **how):
    """A directory with a certificate and its key, as --tls-dir wants it."""
    directory = t.path(name)
    os.makedirs(directory)
    ca = t.ca(name + "-ca")
    how.setdefault("days", 60)
    certificate, key = ca.issue(*(names or ["blog.example.org"]), **how)
    with open(os.path.join(directory, "server.pem"), "w") as out:
        out.write(open(certificate).read())
        if chain:
            out.write(open(ca.cert).read())
    shutil.copy(key, os.path.join(directory, "server.key"))
    os.chmod(os.path.join(directory, "server.key"), 0o600)
    return directory


def ssh_key(t, *arguments, name="deploy_key"):
    path = t.path(name)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-f", path,
                    *(arguments or ["-N", ""])], check=True)
    return path


# -------------------------------------------------------- what is written --

def test_archive_and_domain(t):
    tls = pair(t, "blog.example.org", "www.example.org")
    out = made(t, url=None, tls="443", port="80", tls_dir=tls, name="My blog",
               index="Posts")
    assert sorted(os.listdir(out)) == ["blogd.xl", "site.cpio"]
    assert listing(os.path.join(out, "site.cpio")) == [
        ("drwxr-xr-x", "0:0", "etc"),
        ("drwxr-xr-x", "0:0", "etc/blogd"),
        ("-rw-------", "900:900", "etc/blogd/blogd.conf"),
        ("drwxr-xr-x", "0:0", "etc/blogd/tls"),
        ("-r--r--r--", "900:900", "etc/blogd/tls/server.pem"),
        ("-r--------", "900:900", "etc/blogd/tls/server.key")]
    found = domain(out)
    assert found == {
        "name": "blogd", "type": "pvh", "memory": 64, "vcpus": 1,
        "kernel": os.path.join(out, "blogd.xen"),
        "ramdisk": os.path.join(out, "site.cpio"),
        "cmdline": "console=hvc0 panic=-1 ip=198.51.100.5::198.51.100.1:"
                   "255.255.255.0:blogd:eth0:off:198.51.100.2",
        "vif": ["bridge=xenbr0"], "on_crash": "restart",
        "on_reboot": "restart", "on_poweroff": "destroy"}, found
    unpacked = unpack(t, os.path.join(out, "site.cpio"))
    for name in "server.pem", "server.key":
        assert open(os.path.join(unpacked, "etc/blogd/tls", name)).read() == \
            open(os.path.join(tls, name)).read()
    text = open(os.path.join(unpacked, "etc/blogd/blogd.conf")).read()
    for line in ['site "https://blog.example.org" {', 'name = "My blog"',
                 'index = "Posts"', 'http = {"*:80"}', 'https = {"*:443"}']:
        assert line in text, text


def test_modes_come_with_the_files(t):
    """Whatever the umask, and nobody can look before they are right."""
    calls = t.path("calls")
    os.makedirs(t.path("out"))
    subprocess.run(["strace", "-f", "-o", calls, "-e",
                    "trace=openat,open,chmod,fchmod,fchmodat,rename,renameat,"
                    "renameat2", BINARY, *arguments(good(t))],
                   check=True, cwd=t.dir, capture_output=True,
                   env={**repo.ENV, "ASAN_OPTIONS": "detect_leaks=0"},
                   preexec_fn=lambda: os.umask(0))
    for name, mode in ("site.cpio", 0o600), ("blogd.xl", 0o644):
        got = stat.S_IMODE(os.stat(t.path("out", name)).st_mode)
        assert got == mode, (name, oct(got))
    log = open(calls).read()
    assert "chmod" not in log, log
    assert re.search(r'site\.cpio\.new", [^)]*O_CREAT[^)]*, 0600\)', log), log
    assert re.search(r'rename[^\n]*site\.cpio\.new[^\n]*site\.cpio"', log), log
    os.umask(0o077)
    made(t)
    assert os.stat(t.path("out", "site.cpio")).st_mode & 0o777 == 0o600


def test_same_input_same_bytes(t):
    tls = pair(t)
    token = t.write("token", SECRET + "\n", 0o600)
    digests = set()
    for zone in "UTC", "Asia/Tokyo":
        options = good(t, url=None, tls_dir=tls, password_file=token)
        subprocess.run([BINARY, *arguments(options)], check=True, cwd=t.dir,
                       env={**repo.ENV, "TZ": zone}, capture_output=True)
        digests.add(tuple(hashlib.sha256(open(t.path(
            "out", name), "rb").read()).hexdigest()
            for name in ("site.cpio", "blogd.xl")))
        os.utime(os.path.join(tls, "server.key"), (1, 1))
    assert len(digests) == 1, digests


def test_daemon_takes_what_is_in_the_archive(t):
    tls = pair(t)
    token = t.write("token", SECRET + "\n", 0o600)
    out = made(t, url=None, tls_dir=tls, tls="8443", password_file=token,
               username="me", ca=t.path("tls-ca", "ca.pem"),
               name='A "name" with ${x} and \\ in it')
    path = os.path.join(unpack(t, os.path.join(out, "site.cpio")),
                        "etc/blogd/blogd.conf")
    status, _, errors = blogd.run("-n", "-f", path)
    assert status == 0, errors
    text = open(path).read()
    assert 'site "https://blog.example.org:8443"' in text, text


def test_daemon_starts_from_the_archive(t):
    """Unpacked on this host, where only user, ports and repository differ."""
    tls = pair(t)
    blog = t.blog()
    out = made(t, url=None, tls_dir=tls, name="From the archive")
    unpacked = unpack(t, os.path.join(out, "site.cpio"))
    path = os.path.join(unpacked, "etc/blogd")
    for directory, _, names in os.walk(path):
        for name in names:
            blogd.give_to_daemon(os.path.join(directory, name))
    text = open(os.path.join(path, "blogd.conf")).read()
    text = text.replace("https://git.example.org/me/blog.git#main", blog.path)
    text = re.sub(r"\*:(80|443)", "127.0.0.1:0", text)
    text = text.replace('"tls/', '"%s/tls/' % path)
    daemon = t.daemon("", text=text + 'user = "%s"\ncontrol = "off"\n'
                      % blogd.USER, certificate=(
                          os.path.join(tls, "server.pem"), ""))
    assert "From the archive" in daemon.get(
        "/", host="blog.example.org").body.decode()


def test_output_replaces_and_survives_a_killed_run(t):
    out = made(t)
    with open(os.path.join(out, ".site.cpio.new"), "w") as left:
        left.write("torn")
    os.chmod(os.path.join(out, ".site.cpio.new"), 0o666)
    with open(os.path.join(out, "site.cpio"), "w") as old:
        old.write("old")
    made(t)
    assert sorted(os.listdir(out)) == ["blogd.xl", "site.cpio"]
    assert listing(os.path.join(out, "site.cpio"))
    assert os.stat(os.path.join(out, "site.cpio")).st_mode & 0o777 == 0o600


def test_check_writes_nothing(t):
    options = good(t, check=True)
    status, out, errors = run(t, options)
    assert status == 0, errors
    assert 'type    = "pvh"' in out and os.listdir(options["output"]) == []


# ---------------------------------------------------------------- secrets --

def test_secrets_are_in_the_archive_alone(t):
    tls = pair(t)
    token = t.write("token", SECRET + "\n", 0o600)
    hook = t.write("hook", "hook-%s\n" % SECRET, 0o600)
    options = good(t, url=None, tls_dir=tls, password_file=token,
                   hook_file=hook, xml="xen")
    status, out, errors = run(t, options)
    assert status == 0, errors
    key = open(os.path.join(tls, "server.key")).read().splitlines()[1]
    archive = open(t.path("out", "site.cpio")).read()
    for secret in SECRET, "/hook-" + SECRET, key:
        assert secret in archive
        for text in (out, "\n".join(errors),
                     open(t.path("out", "blogd.xl")).read(),
                     open(t.path("out", "blogd.xml")).read()):
            assert secret not in text, text


def test_command_line_shows_no_secret(t):
    """It is held while it reads, and looked at as others could."""
    fifo = t.path("token")
    os.mkfifo(fifo, 0o600)
    process = subprocess.Popen(
        [BINARY, *arguments(good(t, password_file=fifo))], cwd=t.dir,
        env=repo.ENV, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with open(fifo, "w") as out:  # opens when the other side has
        out.write(SECRET + "\n")
        out.flush()
        for name in "cmdline", "environ":
            seen = open("/proc/%d/%s" % (process.pid, name), "rb").read()
            assert seen and SECRET.encode() not in seen
    assert process.wait(20) == 0, process.stderr.read()
    assert SECRET in open(t.path("out", "site.cpio")).read()


def test_options_for_secrets_are_refused(t):
    for name, instead in [("password", "--password-file"),
                          ("token", "--password-file"),
                          ("hook_secret", "--hook-file"),
                          ("key", "--tls-dir"), ("tls_key", "--tls-dir")]:
        errors = refused(t, instead, **{name: SECRET})
        assert SECRET not in "\n".join(errors), errors
    refused(t, "no password in the URL",
            remote="https://me:%s@git.example.org/blog.git" % SECRET)
    errors = refused(t, "--password-file", username="me:" + SECRET)
    assert SECRET not in "\n".join(errors), errors


def test_longest_hook(t):
    for hook in "h" * 126, "/" + "h" * 126:
        made(t, hook_file=t.write("hook", hook + "\n", 0o600))
    for hook in "h" * 127, "/" + "h" * 127:
        refused(t, "--hook-file: .* at most 127 bytes with its first",
                hook_file=t.write("hook", hook + "\n", 0o600))


def test_bad_hook_is_not_shown(t):
    hook = t.write("hook", SECRET + " x\n", 0o600)
    errors = refused(t, "--hook-file: .* no path", hook_file=hook)
    assert SECRET not in "\n".join(errors), errors
    refused(t, "--hook: leave it out", hook="push",
            hook_file=t.write("hook2", "a\n", 0o600))


def test_files_that_all_can_read(t):
    tls = pair(t)
    os.chmod(os.path.join(tls, "server.key"), 0o644)
    token = t.write("token", SECRET, 0o644)
    status, _, errors = run(t, good(t, url=None, tls_dir=tls,
                                    password_file=token))
    assert status == 0, errors
    for name in "server.key", "token":
        assert [e for e in errors if "warning" in e and name in e
                and "chmod 600" in e], errors


# ---------------------------------------------------------------- network --

REFUSED_ADDRESSES = [
    ({"netmask": "255.255.255.255"}, r"--netmask: .*/32.*vif-route.*/24.*/31"),
    ({"netmask": "255.0.255.0"}, "--netmask: .* a 1 behind a 0"),
    ({"netmask": "0.0.0.0"}, "--netmask: .*neighbours"),
    ({"netmask": "24"}, '--netmask: "24" is no mask'),
    ({"netmask": None}, "--netmask: is missing"),
    ({"ip": "198.51.100.5/24"}, "--netmask: --ip names the mask already"),
    ({"ip": "198.51.100.0"}, "--ip: .*the network itself"),
    ({"ip": "198.51.100.255"}, "--ip: .*broadcast"),
    ({"ip": "127.0.0.1"}, "--ip: .*loopback"),
    ({"ip": "224.0.0.1"}, "--ip: .*multicast"),
    ({"ip": "198.51.100"}, "--ip: .*no IPv4 address"),
    ({"ip": "2001:db8::5"}, "--ip: .*use --ip6"),
    ({"ip": "198.51.100.5/33", "netmask": None}, "--ip: .*no IPv4 address"),
    ({"ip": "198.51.100.5/32", "netmask": None}, "--netmask: .*/32"),
    ({"ip": None}, "--ip is missing"),
    ({"ip": None, "netmask": None, "gateways": None}, "--ip: the guest needs"),
    ({"gateways": "198.51.101.1"}, "--gateways: .*not in the net.*vif-route"),
    ({"gateways": "198.51.100.5"}, "--gateways: .*the guest itself"),
    ({"gateways": "198.51.100.255"}, "--gateways: .*broadcast"),
    ({"gateways": "198.51.100.1,198.51.100.2"}, "--gateways: .*one address"),
    ({"dhcp": "true"}, "--ip: comes from the DHCP server"),
    ({"dhcp": "maybe"}, "--dhcp: .*neither true nor false"),
    ({"ip6": "2001:db8::5"}, "--ip6: .*prefix is missing"),
    ({"ip6": "ff02::1/64"}, "--ip6: .*multicast"),
    ({"ip6": "fe80::5/64"}, "--ip6: .*link-local"),
    ({"gateway6": "fe80::1"}, "--gateway6: --ip6 is missing"),
    ({"ip6": "2001:db8::5/64", "gateway6": "ff02::1"}, "--gateway6: .*"
     "multicast"),
    ({"ip6": "2001:db8::5/64", "gateway6": "2001:db8::5"}, "--gateway6: .*"
     "the guest itself"),
    ({"ip6": "2001:db8::5/64", "gateway6": "fe80::1%eth0"}, "--gateway6: .*"
     "leave out"),
    ({"dns": "ns.example.org"}, "--dns: .*no IPv4 or IPv6 address"),
    ({"dns": "127.0.0.53"}, "--dns: .*loopback"),
    ({"dns": None}, "--remote: git.example.org is a name.*--dns"),
    ({"dns": ["192.0.2.%d" % i for i in range(1, 5)]}, "--dns: more than 3"),
    ({"gateways": None, "dns": "192.0.2.1"}, "--dns: .*no way to 192.0.2.1"),
    ({"hostname": "a.b"}, "--hostname: "),
    ({"hostname": "a" * 64}, "--hostname: "),
    ({"hostname": "-a"}, "--hostname: "),
    ({"syslog": "logs.example.org"}, "--syslog: "),
]


def test_bad_addresses(t):
    for changes, pattern in REFUSED_ADDRESSES:
        refused(t, pattern, **changes)


def test_all_faults_at_once(t):
    errors = refused(t, "--netmask", netmask="255.255.255.255",
                     gateways="10.0.0.256", type="hvm", memory="1",
                     vcpus="99", remote="ftp://x/y", url="blog.example.org",
                     index="a\nb", hook="a b", mac="x", port="0")
    for option in ["gateways", "type", "memory", "vcpus", "remote", "url",
                   "index", "hook", "mac", "port"]:
        assert any(line.startswith("blogd-image: --%s: " % option)
                   for line in errors), (option, errors)


def test_dhcp(t):
    out = made(t, ip=None, netmask=None, gateways=None, dns=None, dhcp="true")
    assert domain(out)["cmdline"] == \
        "console=hvc0 panic=-1 ip=::::blogd:eth0:dhcp"


def test_both_families_and_their_name_servers(t):
    out = made(t, ip6="2001:db8::5/64", gateway6="fe80::1",
               dns=["198.51.100.2", "2001:db8::53"], hostname="blog-1")
    assert domain(out)["cmdline"] == (
        "console=hvc0 panic=-1 ip=198.51.100.5::198.51.100.1:255.255.255.0:"
        "blog-1:eth0:off blogd.ip6=2001:db8::5/64,fe80::1")
    unpacked = unpack(t, os.path.join(out, "site.cpio"))
    assert open(os.path.join(unpacked, "etc/resolv.conf")).read() == \
        "nameserver 198.51.100.2\nnameserver 2001:db8::53\n"


def test_remote_by_its_address(t):
    made(t, dns=None, remote="https://192.0.2.9/blog.git")
    refused(t, "--remote: .*no way to 192.0.2.9", dns=None, gateways=None,
            remote="https://192.0.2.9/blog.git")


# ---------------------------------------------------------------- machine --

REFUSED_MACHINES = [
    ({"type": "hvm"}, "--type: .*pvh"),
    ({"memory": "47"}, "--memory: .*48 to 1048576"),
    ({"memory": "1048577"}, "--memory: .*48 to 1048576"),
    ({"memory": "64M"}, "--memory: "),
    ({"vcpus": "0"}, "--vcpus: .*1 to 8"),
    ({"bridge": "br 0"}, "--bridge: "),
    ({"bridge": "a-name-too-long-for-it"}, "--bridge: "),
    ({"bridge": "br0,script=x"}, "--bridge: "),
    ({"script": "vif-route", "bridge": "br0"}, "--bridge: .*no bridge"),
    ({"script": "x;y"}, "--script: "),
    ({"script": "vif-route", "xml": "kvm"}, "--script: is Xen's"),
    ({"script": "vif-route", "dhcp": "true", "ip": None, "netmask": None,
      "gateways": None}, "--script: .*fixed address"),
    ({"mac": "00:16:3e:12:34"}, "--mac: "),
    ({"mac": "01:16:3e:12:34:56"}, "--mac: .*multicast"),
    ({"xml": "qemu"}, "--xml: .*xen or kvm"),
    ({"output": "/no/such/directory"}, "--output: "),
    ({"host_dir": "relative"}, "--host-dir: .*absolute"),
]


def test_bad_machines(t):
    for changes, pattern in REFUSED_MACHINES:
        refused(t, pattern, **changes)


def test_routed_pv(t):
    out = made(t, type="pv", script="vif-route", mac="00:16:3e:12:34:56",
               memory="96", vcpus="2", netmask="255.255.255.254",
               gateways="198.51.100.4", host_dir="/srv/guests/blog",
               ip6="2001:db8::5/64")
    found = domain(out)
    assert found["type"] == "pv" and found["memory"] == 96
    assert found["vif"] == ["mac=00:16:3e:12:34:56,script=vif-route,"
                            "ip=198.51.100.5"]
    assert found["kernel"] == "/srv/guests/blog/blogd.xen"
    assert found["ramdisk"] == "/srv/guests/blog/site.cpio"


ODD = "a \"b\" & <c> \\ 'd'"


def test_odd_paths_are_quoted(t):
    directory = t.path(ODD)
    os.makedirs(directory)
    for xml in "xen", "kvm":
        out = made(t, output=directory, xml=xml, bridge="br0")
        found = domain(out)
        assert found["ramdisk"] == os.path.join(directory, "site.cpio")
        root = etree.parse(os.path.join(out, "blogd.xml")).getroot()
        assert root.get("type") == xml
        assert root.find("os/kernel").text == found["kernel"]
        assert root.find("os/initrd").text == found["ramdisk"]
        assert root.find("os/cmdline").text == found["cmdline"].replace(
            "hvc0", "hvc0" if xml == "xen" else "ttyS0")
        assert root.find("devices/interface/source").get("bridge") == "br0"


def test_kernel_that_is_missing(t):
    _, _, errors = run(t, good(t))
    assert any("warning: --kernel: " in e for e in errors), errors
    t.write("image/blogd.xen", "")
    options = good(t, kernel="image/blogd.xen")
    _, _, errors = run(t, options)
    assert not any("--kernel" in e for e in errors), errors
    assert domain(options["output"])["kernel"] == t.path("image/blogd.xen")


# -------------------------------------------------------------- the remote --

def test_bad_remotes(t):
    for remote, pattern in [
            (None, "--remote: .*repository"),
            ("ftp://git.example.org/x", "no transport"),
            ("https://git.example.org", "names a host but no repository"),
            ("https://git_x!/y", "no host name"),
            ("/srv/blog.git", "is a directory, and the guest has no disk"),
            ("https://git.example.org/x.git#a..b", "no name of a branch"),
            ("https://git.example.org/x\ny", "newline"),
            ("https://" + "x" * 1000 + "/y", "more than 1000 bytes")]:
        refused(t, "--remote: .*" + pattern if remote else pattern,
                remote=remote)


def test_ssh(t):
    key, remote = ssh_key(t), "git@git.example.org:me/blog.git"
    errors = refused(t, '"ssh-key"', remote=remote)
    assert any('"host-key"' in e for e in errors), errors
    refused(t, '"host-key"', remote=remote, ssh_key=key)
    refused(t, "--host-key: .*no fingerprint", remote=remote, ssh_key=key,
            host_key="SHA256:abc")
    refused(t, "--ssh-key: .*public half", remote=remote,
            ssh_key=key + ".pub", host_key=HOST_KEY)
    locked = ssh_key(t, "-N", SECRET, name="locked")
    refused(t, "--ssh-key: .*passphrase", remote=remote, ssh_key=locked,
            host_key=HOST_KEY)
    old = ssh_key(t, "-N", SECRET, "-m", "PEM", "-t", "rsa", name="old")
    refused(t, "--ssh-key: .*passphrase", remote=remote, ssh_key=old,
            host_key=HOST_KEY)
    out = made(t, remote=remote, ssh_key=key, host_key=HOST_KEY)
    assert ("-r--------", "900:900", "etc/blogd/ssh_key") in \
        listing(os.path.join(out, "site.cpio"))
    unpacked = unpack(t, os.path.join(out, "site.cpio"))
    assert open(os.path.join(unpacked, "etc/blogd/ssh_key")).read() == \
        open(key).read()


def test_credentials_of_another_transport(t):
    refused(t, "--ssh-key: is for repositories over ssh", ssh_key=ssh_key(t))
    refused(t, "--password-file: is for repositories over https",
            remote="http://git.example.org/x.git",
            password_file=t.write("token", SECRET, 0o600))


def test_bad_files(t):
    empty = t.write("empty", "")
    refused(t, "--password-file: .*is empty", password_file=empty)
    refused(t, "--password-file: .*first line",
            password_file=t.write("line", "\n" + SECRET))
    refused(t, "--password-file: .*more than 4096",
            password_file=t.write("long", "x" * 5000))
    refused(t, "--password-file: cannot read .*No such file",
            password_file="none")
    refused(t, "--ca: .*no certificate", ca=empty)
    refused(t, "--config: .*no text", config=t.write("nul", "a\0b"))


def test_plain_transports_warn(t):
    for scheme in "http", "git":
        _, _, errors = run(t, good(t, remote=scheme + "://h.example/x.git"))
        assert any("warning: --remote: whoever" in e for e in errors), errors


# ------------------------------------------------------------ certificates --

def test_bad_certificates(t):
    tls = pair(t)
    other = pair(t, name="other")
    errors = refused(t, "--tls-dir: cannot read none/server.pem", url=None,
                     tls_dir="none")
    assert len([e for e in errors if "warning: " not in e]) == 2, errors
    refused(t, "--url: the certificate is not for other.example.org, but for "
            "blog.example.org", url="https://other.example.org", tls_dir=tls)
    refused(t, "--url: ", url="http://blog.example.org", tls_dir=tls)
    shutil.copy(os.path.join(other, "server.key"), tls)
    refused(t, "server.key: it does not belong to its certificate", url=None,
            tls_dir=tls)
    t.write("tls/server.key", "none")
    refused(t, "server.key: it is not a private key", url=None, tls_dir=tls)
    t.write("tls/server.pem", "none")
    refused(t, "server.pem holds no certificate", url=None, tls_dir=tls)


def dated(t, start, end):
    """A pair that is valid from start to end, YYMMDDHHMMSSZ."""
    tls = pair(t, name="dated")
    ca = t.path("dated-ca")
    t.write("dated-ca/ca.cnf", "[ca]\ndefault_ca=a\n[a]\ndatabase=%s/index\n"
            "new_certs_dir=%s\nserial=%s/serial\ndefault_md=sha256\n"
            "policy=p\n[p]\ncommonName=supplied\n" % (ca, ca, ca))
    t.write("dated-ca/index", "")
    t.write("dated-ca/serial", "77\n")
    servers.openssl(
        "ca", "-batch", "-notext", "-config", ca + "/ca.cnf", "-cert",
        ca + "/ca.pem", "-keyfile", ca + "/ca.key", "-startdate", start,
        "-enddate", end, "-extfile", ca + "/blog.example.org.ext", "-in",
        ca + "/blog.example.org.csr", "-out", tls + "/server.pem")
    return tls


def test_expired_certificate(t):
    tls = dated(t, "200101000000Z", "210101000000Z")
    refused(t, "has expired at 2021-01-01 00:00 UTC", url=None, tls_dir=tls)


def test_certificate_of_the_future(t):
    tls = dated(t, "480101000000Z", "490101000000Z")
    refused(t, "not valid before 2048-01-01 00:00 UTC", url=None, tls_dir=tls)


def test_certificate_that_expires_soon(t):
    tls = pair(t, days=3)
    status, _, errors = run(t, good(t, url=None, tls_dir=tls))
    assert status == 0
    assert any("warning: --tls-dir: " in e and "expires at" in e
               for e in errors), errors


def test_chain_without_its_issuer(t):
    status, _, errors = run(t, good(t, url=None, tls_dir=pair(t, chain=False)))
    assert status == 0
    assert any("warning: " in e and "fullchain" in e for e in errors), errors


def test_keys_the_daemon_does_not_sign_with(t):
    for name, kind in [("weak", ["rsa:1024"]), ("odd", [
            "ec", "-pkeyopt", "ec_paramgen_curve:P-521"])]:
        tls = t.path(name)
        os.makedirs(tls)
        servers.openssl("req", "-x509", "-newkey", *kind, "-nodes", "-days",
                        "60", "-subj", "/CN=x", "-addext",
                        "subjectAltName=DNS:blog.example.org", "-keyout",
                        tls + "/server.key", "-out", tls + "/server.pem")
        refused(t, "server.key: it is .*blogd signs with ECDSA", url=None,
                tls_dir=tls)


def test_key_with_a_password(t):
    tls = pair(t)
    servers.openssl("pkey", "-in", tls + "/server.key", "-aes256", "-passout",
                    "pass:" + SECRET, "-out", tls + "/locked")
    os.rename(tls + "/locked", tls + "/server.key")
    refused(t, "server.key: it is encrypted", url=None, tls_dir=tls)


def test_certificate_without_a_single_host(t):
    tls = pair(t, "*.example.org")
    refused(t, "--url: is needed", url=None, tls_dir=tls)
    made(t, url="https://any.example.org", tls_dir=tls)


def test_certificate_whose_subject_alone_names_the_host(t):
    tls = t.path("old")
    os.makedirs(tls)
    servers.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "60",
                    "-subj", "/CN=blog.example.org", "-keyout",
                    tls + "/server.key", "-out", tls + "/server.pem")
    refused(t, "--url: is needed", url=None, tls_dir=tls)
    refused(t, "--url: the certificate is not for blog.example.org",
            url="https://blog.example.org", tls_dir=tls)


def test_certificate_for_an_address(t):
    tls = pair(t, "198.51.100.5")
    made(t, url="https://198.51.100.5", tls_dir=tls)
    refused(t, "--url: the certificate is not for 198.51.100.6",
            url="https://198.51.100.6", tls_dir=tls)


def test_bad_ports(t):
    tls = pair(t)
    for port in "0", "65536", "-1", "80x", "http":
        refused(t, "--port: .*1 to 65535", port=port)
        refused(t, "--tls: .*1 to 65535", tls=port, tls_dir=tls, url=None)
    refused(t, "--port: 443 is the port of --tls", port="443", tls="443",
            tls_dir=tls, url=None)


# ----------------------------------------------------------- configuration --

def test_piece_of_configuration(t):
    piece = t.write("piece.conf", "log {\n\taccess = \"stderr\"\n}\n")
    text = configuration(t, made(t, config=piece, syslog="198.51.100.9"))
    assert text.endswith(open(piece).read()) and "git.example.org" in text
    bad = t.write("bad.conf", "log {\n\taccess = \"stderr\"\n\tformt = \"x\"\n"
                  "}\nuser = \"nobody\"\n")
    refused(t, r"/bad\.conf:3: unknown option \"formt\"", config=bad)
    refused(t, r"/http\.conf:1: http: is set by an option", config=t.write(
        "http.conf", 'http = {"*:8080"}\n'))
    refused(t, r"/twice\.conf:2: user: is set twice .first on line 1\)",
            config=t.write("twice.conf", 'user = "blogd"\nuser = "x"\n'))
    refused(t, "the guest has no user \"nobody\"",
            config=t.write("user.conf", 'user = "nobody"\n'))


WHOLE = """\
site "https://blog.example.org" {
	repository = "https://git.example.org/me/blog.git"
	certificate = "tls/server.pem"
	key = "tls/server.key"
	poll = "%s"
}
"""


def test_whole_configuration(t):
    tls = pair(t)
    whole = t.write("whole.conf", WHOLE % "1h")
    options = {"remote": None, "url": None, "config": whole, "tls_dir": tls}
    assert configuration(t, made(t, **options)) == WHOLE % "1h"
    refused(t, "--remote: .*say it there",
            **{**options, "remote": "https://x.example/y"})
    refused(t, "--tls-dir: is missing", **{**options, "tls_dir": None})
    refused(t, r"/poor\.conf:5: poll: .*too small",
            **{**options, "config": t.write("poor.conf", WHOLE % "1s")})
    refused(t, "--config: key is /etc/ssl/server.key, which is not in the "
            "guest", **{**options, "config": t.write(
                "away.conf", (WHOLE % "1h").replace(
                    '"tls/server.key"', '"/etc/ssl/server.key"'))})


def test_what_a_guest_has_no_place_for(t):
    for text, pattern in [
            ('log {\n\taccess = "/var/log/blogd/access"\n}\n',
             "--config: .*no disk for an access log at /var/log/blogd/access"),
            ('control = "/run/x"\n', "--config: .*no directory for a socket "
             "at /run/x"),
            ('serve {\n\tdial = "/run/dial"\n}\n', "dial")]:
        refused(t, pattern, config=t.write("piece.conf", text))
    made(t, config=t.write("piece.conf", 'control = "off"\n'))


def test_syslog_server(t):
    text = configuration(t, made(t, syslog="198.51.100.9"))
    assert 'syslog = "198.51.100.9"' in text, text


# --------------------------------------------------------------- one image --

BUILD = """#!/bin/sh
tr '\\0' '\\n' </proc/$$/cmdline >%(dir)s/command
while [ "$1" != --bake ]; do shift; done
stat -c %%a "$2" >%(dir)s/mode
sed -n 's/^SigIgn:\t*//p' /proc/$$/status >%(dir)s/ignored
umask 077
{ echo image; cat "$2"; } >"$3"
exit %(status)d
"""


def source(t, status=0):
    """A source tree whose build puts the archive behind a word."""
    t.write("source/packaging/xen/build",
            BUILD % {"dir": t.dir, "status": status}, 0o755)
    return t.path("source")


def test_bake(t):
    token = t.write("token", SECRET + "\n", 0o600)
    out = made(t, bake=source(t), build_dir="/b", password_file=token)
    assert sorted(os.listdir(out)) == ["blogd.xl", "site.xen"]
    found = domain(out)
    assert found["kernel"] == os.path.join(out, "site.xen")
    assert "ramdisk" not in found
    with open(os.path.join(out, "site.xen")) as image:
        text = image.read()
    assert text.startswith("image\n070701") and SECRET in text
    assert open(t.path("mode")).read() == "600\n"
    command = open(t.path("command")).read()
    assert command.splitlines()[2:] == [
        "-o", "/b/xen", "--bake", os.path.join(out, ".site.cpio.bake"),
        os.path.join(out, "site.xen")], command
    assert SECRET not in command


def test_bake_with_nohup(t):
    """A build hears of the ends that its caller hears of, and of no other."""
    for ignored in [set(), {signal.SIGHUP}]:
        def ignore():
            for number in [signal.SIGHUP, signal.SIGINT, signal.SIGTERM]:
                signal.signal(number, signal.SIG_IGN if number in ignored
                              else signal.SIG_DFL)
        status, _, errors = run(t, good(t, bake=source(t)), preexec_fn=ignore)
        assert status == 0, errors
        mask = int(open(t.path("ignored")).read(), 16)
        assert {n for n in [signal.SIGHUP, signal.SIGINT, signal.SIGTERM]
                if mask >> n - 1 & 1} == ignored, hex(mask)


def test_bake_that_fails(t):
    out = good(t, bake=source(t, status=3))
    status, told, errors = run(t, out)
    assert status == 1 and "build has failed" in errors[-1], errors
    assert os.listdir(out["output"]) == ["site.xen"], "no keys are left beside"
    refused(t, "--bake: none/packaging/xen/build: No such file", bake="none",
            output=t.dir)
    refused(t, "--kernel: --bake makes the image", bake=source(t),
            kernel="/x", output=t.dir)
    refused(t, "--build-dir: is for --bake", build_dir="/x", output=t.dir)


# -------------------------------------------------------- the command line --

def not_understood(t, *words):
    """The line that says why."""
    done = subprocess.run([BINARY, *words], cwd=t.dir, env=repo.ENV,
                          stdin=subprocess.DEVNULL, capture_output=True)
    assert done.returncode == 2 and not done.stdout, done
    first, usage = done.stderr.decode().split("\n", 1)
    assert usage.startswith("usage: "), usage
    return first.removeprefix("blogd-image: ")


def test_command_lines_that_are_not_understood(t):
    for words, why in [
            (["--gateway", "198.51.100.1"],
             "several options begin with --gateway"),
            (["--check=yes"], "no argument belongs to --check"),
            (["--bogus=" + SECRET], "unknown option --bogus"),
            (["--remote"], "an argument is missing behind --remote"),
            (["--passwor=" + SECRET], "several options begin with --passwor"),
            (["-r"], "an argument is missing behind -r"),
            (["-x"], "unknown option -x"),
            (["--check", "-qx"], "unknown option -q"),
            ([SECRET], "word 1 of the command line belongs to no option")]:
        assert not_understood(t, *words) == why, words


# ---------------------------------------------------------- the manual page --

def test_manual_names_every_option(t):
    status, out, _ = run(t, {"help": True})
    assert status == 0
    with open(os.path.join(blogd.TOP, "doc/blogd-image.8")) as page:
        manual = page.read()
    told = set(re.findall(r"^\.It Fl (?:. , Fl )?-([a-z0-9-]+)", manual, re.M))
    offered = set(re.findall(r"^  (?:-.,|   ) --([a-z0-9-]+)", out, re.M))
    assert offered == told, offered ^ told
