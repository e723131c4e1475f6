# SPDX-License-Identifier: ISC
"""Machines of qemu that boot the image, and the dom0.  Always emulated: what
/dev/kvm is worth differs from host to host, and the time is about the same."""
import json
import os
import socket
import subprocess
import time

import servers

# microvm has no clock that a busy host leaves in peace to measure the CPU's
# with; instructions are counted there instead.
KINDS = {
    "q35": (["-M", "q35"], "virtio-net-pci,romfile="),
    "microvm": (["-M", "microvm,rtc=on", "-icount", "shift=auto"],
                "virtio-net-device"),
}

# This host, as machines see it.
HOST, HOST6 = "10.0.2.2", "fd00:2::2"

# An NMI, which hypervisors can send, is then a crash of the kernel.
CRASH = "sysctl.kernel.panic_on_unrecovered_nmi=1"


def clean(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "replace").replace("\r", "")
    except OSError:
        return ""


class Qemu:
    """A machine whose serial line goes to the file .console."""

    def __init__(self, state, name, arguments):
        self.console = os.path.join(state, name + ".console")
        # A socket's path may have 107 bytes only.
        self.monitor = "/tmp/blogd-xen-%d-%s" % (os.getpid(), name)
        for old in (self.console, self.monitor):
            if os.path.exists(old):
                os.unlink(old)
        self.start = time.monotonic()
        self.process = subprocess.Popen(
            ["qemu-system-x86_64", "-accel", "tcg", "-nodefaults", "-display",
             "none", "-no-reboot", "-serial", "file:" + self.console,
             "-qmp", "unix:%s,server=on,wait=off" % self.monitor, *arguments],
            stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT,
            stdout=open(os.path.join(state, name + ".qemu"), "wb"))

    def text(self):
        return clean(self.console)

    def lives(self):
        return self.process.poll() is None

    def wait_text(self, text, seconds):
        end = time.monotonic() + seconds
        while text not in self.text():
            assert self.lives(), "the machine has ended"
            assert time.monotonic() < end, "it has not said %r" % text
            time.sleep(0.05)

    def command(self, word):
        """One of QEMU's monitor protocol."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(self.monitor)
            answers = line.makefile()
            answers.readline()
            for execute in ("qmp_capabilities", word):
                line.sendall(json.dumps({"execute": execute}).encode())
                while "return" not in json.loads(answers.readline()):
                    pass

    def wait_end(self, seconds):
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError("it still runs after %d s" % seconds)

    def stop(self):
        if self.lives():
            self.process.kill()
        self.process.wait()
        if os.path.exists(self.monitor):
            os.unlink(self.monitor)


class Machine(Qemu):
    """A domain, material.Domain, on virtio devices; .https and .http are ports
    of this host that lead to it, and HOST and HOST6 lead back."""

    def __init__(self, state, name, kind, domain, memory=48):
        machine, card = KINDS[kind]
        self.https, self.http = servers.free_port(), servers.free_port()
        site = ["-initrd", domain.ramdisk] if domain.ramdisk else []
        super().__init__(state, name, [
            *machine, "-m", str(memory), "-kernel", domain.kernel, *site,
            "-append", domain.cmdline.replace("hvc0", "ttyS0") + " " + CRASH,
            "-device", card + ",netdev=net",
            "-netdev", "user,id=net,ipv6-net=fd00:2::/64,ipv6-host=%s,"
            "hostfwd=tcp:127.0.0.1:%d-:443,hostfwd=tcp:127.0.0.1:%d-:80"
            % (HOST6, self.https, self.http)])


class Xen(Qemu):
    """Xen with a dom0.  npt: PVH guests need nested paging.  No smap: emulated,
    it crashes dom0 at its first page fault."""

    def __init__(self, state, xen, kernel, archive):
        super().__init__(state, "xen", [
            "-cpu", "qemu64,+svm,+npt,+rdrand", "-m", "2048", "-kernel", xen,
            "-append", "console=com1 com1=115200,8n1 "
            "dom0_mem=640M,max:640M noreboot",
            "-initrd", "%s console=hvc0 rdinit=/init panic=-1 quiet,%s"
            % (kernel, archive)])

    def broken(self):
        """Whether Xen just stands there."""
        text = self.text()
        return "Hardware Dom0 crashed" in text or "Panic on CPU" in text
