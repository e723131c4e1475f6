# SPDX-License-Identifier: ISC
"""The servers that are measured.  Each serves the same bytes with the same
certificate from one process or thread, on CPU 0."""
import grp
import os
import pwd
import shutil
import ssl
import socket
import time

import blogd
import client
import procfs
import repo
import servers

HOST = "blog.example"
PAGE, SMALL = "/Posts/Page", "/static/small.txt"
GZIP = [("Accept-Encoding", "gzip")]

CONNECTIONS = 16000  # as many as any server may be asked to hold
IDLE = 600           # seconds they may do nothing


def page_text():
    """About 20 kB of HTML, as posts are."""
    paragraph = ("Some *words* of a post with a [link](/About), `code` and "
                 "what else there is in a paragraph of a blog. ") * 4
    return repo.article("A page", "\n\n".join(
        "## Part %d\n\n%s" % (i, paragraph) for i in range(33)))


class Server:
    """One server; start and stop may come several times."""

    def start(self):
        self.run()
        procfs.pin(self.pids(), 0)

    def restart(self):
        self.stop()
        self.start()

    def connect(self):
        return client.Connection(("127.0.0.1", self.port),
                                 client.tls_context(), name=HOST)

    def get(self, target, fields=()):
        with self.connect() as connection:
            found = connection.fetch(target, host=HOST, fields=fields)
        assert found.status == 200, "%s: %r" % (self.name, found)
        return found

    def etag(self, target):
        return self.get(target).get("ETag")

    def speaks(self, protocol):
        """Does ALPN choose it?"""
        context = client.tls_context(alpn=[protocol])
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as s, \
                    context.wrap_socket(s, server_hostname=HOST) as tls:
                return tls.selected_alpn_protocol() == protocol
        except ssl.SSLError:
            return False


class Blogd(Server):
    name = "blogd"

    def __init__(self, t, binary=blogd.BINARY, key_type="ec", place="blog"):
        self.t = t
        self.binary = binary
        self.repository = t.blog({"Posts/Page": page_text(),
                                  "static/small.txt": "x" * 1000},
                                 name=place + ".git")
        self.certificate = t.ca(place + ".ca").issue(
            HOST, "localhost", key_type=key_type)
        blogd.give_to_daemon(self.certificate[1])

    def run(self):
        self.daemon = self.t.daemon(
            self.repository.path, certificate=self.certificate, debug=False,
            binary=self.binary,
            options={"serve": {"processes": 1, "idle-timeout": "%ds" % IDLE,
                               "max-connections": CONNECTIONS},
                     "keys": {"max-per-second": 1000000}})
        self.port = self.daemon.port("https")

    def pids(self):
        return [self.daemon.pid, *blogd.descendants(self.daemon.pid)]

    def stop(self):
        self.daemon.stop()


class Peer(Server):
    """Somebody else's server; `content` is where blogd's answers lie."""

    def __init__(self, t, ours):
        self.t = t
        self.port = servers.free_port()
        self.dir = t.path(self.name)
        os.makedirs(self.dir, exist_ok=True)
        blogd.give_to_daemon(self.dir)
        certificate, key = ours.certificate
        self.values = {
            "dir": self.dir, "port": self.port, "root": t.path("content"),
            "certificate": certificate, "key": key, "idle": IDLE,
            "connections": CONNECTIONS,
            "as_user": self.user_line if os.getuid() == 0 else ""}

    def run(self):
        conf = self.t.write(self.name + "/conf",
                            self.configuration % self.values)
        self.process = self.t.started(servers.Process(
            self.dir, self.name, self.command(conf)))
        try:
            servers.wait_port(self.port, self.process.process)
        except (AssertionError, OSError):
            print(blogd.read(self.process.log).decode())
            raise

    def pids(self):
        pid = self.process.process.pid
        return [pid, *blogd.descendants(pid)]

    def stop(self):
        self.process.stop()


class Nginx(Peer):
    name = "nginx"
    user_line = "user %s %s;" % (
        blogd.USER, grp.getgrgid(pwd.getpwnam(blogd.USER).pw_gid).gr_name)
    configuration = """daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
%(as_user)s
pid %(dir)s/pid;
error_log %(dir)s/error.log;
events { worker_connections %(connections)d; }
http {
	access_log off;
	default_type "text/html; charset=utf-8";
	sendfile on;
	tcp_nopush on;
	tcp_nodelay on;
	keepalive_requests 100000000;
	keepalive_timeout %(idle)ds;
	open_file_cache max=100 inactive=300s;
	gzip_static on;
	output_buffers 2 32k;
	client_body_temp_path %(dir)s/body;
	proxy_temp_path %(dir)s/proxy;
	fastcgi_temp_path %(dir)s/fastcgi;
	uwsgi_temp_path %(dir)s/uwsgi;
	scgi_temp_path %(dir)s/scgi;
	server {
		listen 127.0.0.1:%(port)d ssl http2 backlog=4096;
		root %(root)s;
		ssl_certificate %(certificate)s;
		ssl_certificate_key %(key)s;
		ssl_protocols TLSv1.2 TLSv1.3;
		ssl_ecdh_curve X25519:prime256v1;
		ssl_buffer_size 16k;
		ssl_session_cache shared:sessions:10m;
	}
}
"""

    def command(self, conf):
        return [servers.tool("nginx"), "-e", self.dir + "/error.log",
                "-c", conf]


class H2o(Peer):
    name = "h2o"
    user_line = "user: %s" % blogd.USER
    configuration = """%(as_user)s
num-threads: 1
max-connections: %(connections)d
http1-request-timeout: %(idle)d
http2-idle-timeout: %(idle)d
file.send-compressed: ON
file.mime.setdefaulttype: "text/html"
error-log: %(dir)s/error.log
ssl-session-resumption: { mode: ticket }
hosts:
  default:
    listen:
      host: 127.0.0.1
      port: %(port)d
      ssl:
        certificate-file: %(certificate)s
        key-file: %(key)s
        minimum-version: TLSv1.2
    paths: { "/": { file.dir: %(root)s } }
"""

    def command(self, conf):
        return [servers.tool("h2o"), "-m", "worker", "-c", conf]


class Lighttpd(Peer):
    name = "lighttpd"
    user_line = 'server.username = "%s"' % blogd.USER
    configuration = """%(as_user)s
server.modules = ("mod_openssl", "mod_deflate")
server.document-root = "%(root)s"
server.bind = "127.0.0.1"
server.port = %(port)d
server.max-connections = %(connections)d
server.max-fds = 20000
server.max-keep-alive-requests = 100000000
server.max-keep-alive-idle = %(idle)d
server.max-read-idle = %(idle)d
server.listen-backlog = 4096
server.errorlog = "%(dir)s/error.log"
mimetype.assign = ("" => "text/html")
deflate.cache-dir = "%(dir)s"
deflate.mimetypes = ("text/html")
deflate.allowed-encodings = ("gzip")
ssl.engine = "enable"
ssl.pemfile = "%(certificate)s"
ssl.privkey = "%(key)s"
ssl.openssl.ssl-conf-cmd = ("MinProtocol" => "TLSv1.2",
	"Groups" => "X25519:P-256")
"""

    def command(self, conf):
        return [servers.tool("lighttpd"), "-D", "-f", conf]


def save_content(t, ours):
    """blogd's answers as files, for servers of files."""
    when = time.time() - 3600
    for target in (PAGE, SMALL):
        for suffix, fields in (("", []), (".gz", GZIP)):
            path = t.path("content" + target + suffix)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as out:
                out.write(ours.get(target, fields).body)
            os.utime(path, (when, when))


def start_all(t):
    """blogd, nginx, and what else is installed; nginx first, the measure of
    the others."""
    ours = Blogd(t)
    ours.start()
    save_content(t, ours)
    found = [Nginx(t, ours), ours]
    path = repo.ENV["PATH"]
    for peer in (H2o, Lighttpd):
        if shutil.which(peer.name, path=path):
            found.append(peer(t, ours))
    for server in found:
        if server is not ours:
            server.start()
    return found
