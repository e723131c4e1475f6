# SPDX-License-Identifier: ISC
"""Real Git servers, a certificate authority, and servers that misbehave; all on
127.0.0.1 and a free port.  Each has stop()."""
import os
import pwd
import shutil
import socket
import subprocess
import threading
import time

from repo import ENV


def free_port(host="127.0.0.1"):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def wait_port(port, process=None, timeout=15):
    end = time.monotonic() + timeout
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process is not None and process.poll() is not None:
                raise AssertionError("%s ended at once" % process.args[0])
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def write(path, text, mode=0o644):
    with open(path, "w") as out:
        out.write(text)
    os.chmod(path, mode)
    return path


class Process:
    """A server program in the foreground; its output goes to a file."""

    def __init__(self, directory, name, command, env=None):
        os.makedirs(directory, exist_ok=True)
        self.log = os.path.join(directory, name + ".log")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**ENV, **(env or {})})

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class GitDaemon(Process):
    """git daemon for the repositories below `root`."""

    def __init__(self, directory, root, port=None):
        self.port = port or free_port()
        super().__init__(directory, "git-daemon", [
            "git", "daemon", "--base-path=" + root, "--export-all",
            "--reuseaddr", "--listen=127.0.0.1", "--port=%d" % self.port, root,
        ])
        wait_port(self.port, self.process)

    def url(self, name, port=None):
        return "git://127.0.0.1:%d/%s" % (port or self.port, name)

    def stop(self):
        # git daemon is a child of git, which passes SIGTERM on.
        super().stop()


# ------------------------------------------------------------- certificates --

def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


NEW_KEY = {"ec": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
           "p384": ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
           "p521": ["ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
           "ed25519": ["ed25519"],
           "rsa": ["rsa:2048"],
           "rsa1024": ["rsa:1024"],
           "rsa-pss": ["rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"]}


class CA:
    """An authority of its own: .cert is what a client must trust."""

    def __init__(self, directory):
        os.makedirs(directory, exist_ok=True)
        self.dir = directory
        self.cert, self.key = self.path("ca.pem"), self.path("ca.key")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=Test authority", "-keyout", self.key,
                "-out", self.cert)
        os.chmod(self.cert, 0o644)

    def path(self, name):
        return os.path.join(self.dir, name)

    def issue(self, *names, days=2, file=None, key_type="ec"):
        """A certificate for host names or addresses: (chain, key) paths."""
        file = file or names[0].replace("*", "star")
        cert, key = self.path(file + ".pem"), self.path(file + ".key")
        request, extensions = self.path(file + ".csr"), self.path(file + ".ext")
        new = NEW_KEY[key_type]
        openssl("req", "-newkey", *new, "-nodes", "-subj", "/CN=" + names[0],
                "-keyout", key, "-out", request)
        kinds = ["IP:" + n if n.replace(".", "").isdigit() or ":" in n
                 else "DNS:" + n for n in names]
        write(extensions, "subjectAltName=%s\n" % ",".join(kinds))
        openssl("x509", "-req", "-in", request, "-CA", self.cert, "-CAkey",
                self.key, "-CAcreateserial", "-days", str(days),
                "-extfile", extensions, "-out", cert)
        os.chmod(cert, 0o644)
        return cert, key


# --------------------------------------------------------- HTTP and HTTPS ----

NGINX = """daemon off;
master_process off;
pid {dir}/nginx.pid;
error_log {dir}/error.log;
events {{ worker_connections 256; }}
http {{
	access_log {dir}/access.log;
	client_body_temp_path {dir}/body;
	proxy_temp_path {dir}/proxy;
	fastcgi_temp_path {dir}/fastcgi;
	uwsgi_temp_path {dir}/uwsgi;
	scgi_temp_path {dir}/scgi;
	server {{
		listen 127.0.0.1:{port}{ssl};
		{certificate}
		{extra}
		location ~ ^/git(/.*)$ {{
			{auth}
			fastcgi_pass unix:{socket};
			fastcgi_param SCRIPT_FILENAME {backend};
			fastcgi_param GIT_PROJECT_ROOT {root};
			fastcgi_param GIT_HTTP_EXPORT_ALL 1;
			fastcgi_param PATH_INFO $1;
			fastcgi_param REQUEST_METHOD $request_method;
			fastcgi_param QUERY_STRING $query_string;
			fastcgi_param CONTENT_TYPE $content_type;
			fastcgi_param CONTENT_LENGTH $content_length;
			fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
			fastcgi_param HTTP_GIT_PROTOCOL $http_git_protocol;
			fastcgi_param REMOTE_USER $remote_user;
			fastcgi_param REMOTE_ADDR $remote_addr;
		}}
	}}
}}
"""


def http_backend():
    path = subprocess.run(["git", "--exec-path"], check=True,
                          stdout=subprocess.PIPE).stdout.decode().strip()
    return os.path.join(path, "git-http-backend")


class GitHttp:
    """nginx with git http-backend behind it; HTTPS when given (cert, key).
    extra: more lines for nginx's server block; password: for user "blog"."""

    def __init__(self, directory, root, tls=None, extra="", password=None,
                 protocols="TLSv1.2 TLSv1.3", port=None):
        os.makedirs(directory, exist_ok=True)
        self.port = port or free_port()
        self.tls = tls
        self.dir = directory
        # A socket's path may have 107 bytes only.
        self.socket = "/tmp/blogd-test-%d-%d" % (os.getpid(), self.port)
        self.cgi = Process(directory, "fcgiwrap",
                           [tool("fcgiwrap"), "-s", "unix:" + self.socket])
        end = time.monotonic() + 10
        while not os.path.exists(self.socket) and time.monotonic() < end:
            time.sleep(0.01)
        os.chmod(self.socket, 0o666)
        certificate = ""
        if tls:
            certificate = ("ssl_certificate %s; ssl_certificate_key %s; "
                           "ssl_protocols %s;" % (*tls, protocols))
        self.conf = write(os.path.join(directory, "nginx.conf"), NGINX.format(
            dir=directory, port=self.port, ssl=" ssl" if tls else "",
            certificate=certificate, socket=self.socket, root=root,
            backend=http_backend(), extra=extra, auth=self.auth(password)))
        self.nginx = Process(directory, "nginx", [
            tool("nginx"), "-e", os.path.join(directory, "error.log"),
            "-p", directory, "-c", self.conf])
        wait_port(self.port, self.nginx.process)

    def auth(self, password):
        if password is None:
            return ""
        digest = subprocess.run(["openssl", "passwd", "-apr1", password],
                                check=True, stdout=subprocess.PIPE).stdout
        path = write(os.path.join(self.dir, "htpasswd"),
                     "blog:" + digest.decode())
        return 'auth_basic "blog"; auth_basic_user_file %s;' % path

    def url(self, name, host="localhost", port=None):
        return "%s://%s:%d/git/%s" % ("https" if self.tls else "http", host,
                                      port or self.port, name)

    def access_log(self):
        with open(os.path.join(self.dir, "access.log")) as log:
            return log.read().splitlines()

    def stop(self):
        self.nginx.stop()
        self.cgi.stop()
        if os.path.exists(self.socket):
            os.unlink(self.socket)


def tool(name):
    found = shutil.which(name, path=ENV["PATH"])
    if not found:
        raise AssertionError(name + " is not installed")
    return found


# -------------------------------------------------------------------- ssh ----

SSHD = """Port {port}
ListenAddress 127.0.0.1
HostKey {hostkey}
PidFile {dir}/sshd.pid
AuthorizedKeysFile {dir}/authorized_keys
StrictModes no
UsePAM {pam}
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
PermitUserEnvironment no
"""


class Sshd(Process):
    """sshd for this user: .key is the private key to log in with."""

    def __init__(self, directory, port=None, key_type="ed25519"):
        os.makedirs(directory, exist_ok=True)
        self.dir = directory
        self.port = port or free_port()
        self.user = pwd.getpwuid(os.getuid()).pw_name
        self.hostkey = self.make_key("hostkey", key_type)
        self.key = self.make_key("id", key_type)
        shutil.copy(self.key + ".pub",
                    os.path.join(directory, "authorized_keys"))
        root = os.getuid() == 0
        if root:  # sshd started by root wants its chroot
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        conf = write(os.path.join(directory, "sshd_config"), SSHD.format(
            port=self.port, hostkey=self.hostkey, dir=directory,
            pam="yes" if root else "no"))
        super().__init__(directory, "sshd",
                         [tool("sshd"), "-D", "-e", "-f", conf])
        wait_port(self.port, self.process)

    def make_key(self, name, key_type, extra=()):
        path = os.path.join(self.dir, name)
        for old in (path, path + ".pub"):
            if os.path.exists(old):
                os.unlink(old)
        subprocess.run(["ssh-keygen", "-q", "-t", key_type, "-N", "", "-C",
                        "", "-f", path, *extra], check=True)
        return path

    def fingerprint(self, path=None):
        """As ssh-keygen -l prints it: SHA256:..."""
        shown = subprocess.run(
            ["ssh-keygen", "-lf", (path or self.hostkey) + ".pub"],
            check=True, stdout=subprocess.PIPE).stdout.decode()
        return shown.split()[1]

    def url(self, path, port=None):
        return "ssh://%s@127.0.0.1:%d%s" % (self.user, port or self.port, path)


# ---------------------------------------------------------- in this process --

class RawServer:
    """Accepts and lets handler(connection, self) do what it wants, each
    connection in a thread."""

    def __init__(self, handler, host="127.0.0.1"):
        self.handler = handler
        self.listener = socket.create_server((host, 0))
        self.port = self.listener.getsockname()[1]
        self.connections = []
        self.accepted = 0
        self.stopping = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.stopping.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            self.connections.append(connection)
            threading.Thread(target=self.serve, args=(connection,),
                             daemon=True).start()

    def serve(self, connection):
        try:
            self.handler(connection, self)
        except OSError:
            pass
        finally:
            connection.close()

    def stop(self):
        self.stopping.set()
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Proxy(RawServer):
    """Passes connections on to a port and counts the bytes of each way."""

    def __init__(self, port):
        self.target = port
        self.lock = threading.Lock()
        self.reset()
        super().__init__(self.relay)

    def reset(self):
        self.up = self.down = 0

    def relay(self, connection, _):
        upstream = socket.create_connection(("127.0.0.1", self.target))
        back = threading.Thread(target=self.copy, daemon=True,
                                args=(upstream, connection, "down"))
        back.start()
        self.copy(connection, upstream, "up")
        back.join()
        upstream.close()

    def copy(self, source, sink, way):
        try:
            while True:
                block = source.recv(65536)
                if not block:
                    break
                with self.lock:
                    setattr(self, way, getattr(self, way) + len(block))
                sink.sendall(block)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
