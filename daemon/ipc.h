/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IPC_H
#define BLOGD_IPC_H

#include <sys/socket.h>

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "site/severity.h"
#include "unix_file.h"

/*
 * The whole protocol between the processes.  A channel is a SOCK_SEQPACKET
 * socket pair; a message is one packet: a header, a fixed payload, and
 * descriptors (SCM_RIGHTS).  One table in ipc.c says which role may send which
 * message to which, how long it is and how many descriptors it carries;
 * ipc_recv checks all of that, so a handler can cast the payload.
 */
enum role {
	ROLE_PARENT,
	ROLE_DIAL,
	ROLE_GIT,
	ROLE_RENDER,
	ROLE_KEYS,
	ROLE_SERVE,
	ROLE_LOG,
	ROLE_BROKER,
	ROLE__MAX,
	ROLE_INIT /* of a guest: guest/, which sends no messages */
};

const char *role_name(enum role role);

enum msg_type {
	MSG_GIVE,   /* parent to any: struct msg_give + 1 or more descriptors */
	MSG_START,  /* parent to any: that role's settings; all was given */
	MSG_READY,  /* any to parent: jailed, filtered, at work;
		       text: what the jail consists of */
	MSG_FAILED, /* any to parent, dial to git: text, why it did not work */
	MSG_CONNECT,   /* git to dial: struct msg_connect */
	MSG_CONNECTED, /* dial to git: struct msg_connect + the socket */
	MSG_FETCH,     /* parent to git: struct msg_fetch */
	MSG_PROGRESS,  /* git to parent: struct msg_progress */
	MSG_SOURCE,    /* git to parent: struct msg_source + the source memfd */
	MSG_UNCHANGED, /* git to parent: nothing new since the last source */
	MSG_RENDERED,  /* render to parent: struct msg_rendered + index,
			  segments, catalogue */
	MSG_SNAPSHOT,  /* parent to serve: struct msg_snapshot + index,
			  segments (2 or more descriptors) */
	MSG_SWAPPED,   /* serve to parent: the snapshot is being served */
	MSG_HOOK,      /* serve to parent: somebody asked for an update */
	MSG_TICKETS,   /* parent to serve: struct msg_tickets, the first message
			  after MSG_START if there is TLS, and again when
			  they change */
	MSG_ADOPT,     /* parent to serve: struct msg_adopt + listening sockets
			  of another serve that does not accept */
	MSG_DISOWN,    /* parent to serve: struct msg_disown; it does again */
	MSG_PING,      /* parent to serve: do you work? */
	MSG_PONG,      /* serve to parent: I do */
	MSG_DRAIN,     /* parent to serve: struct msg_drain; accept no more and
			  end when no connection is left; to log: write what is
			  there and end */
	MSG_SIGN,      /* serve to keys: struct msg_sign */
	MSG_SIGNATURE, /* keys to serve: struct msg_signature */
	MSG_DISTRUST,  /* git, render, keys to parent: struct msg_distrust;
			  who this one works for has sent what it may not */
	MSG_PROBLEM,   /* git, render to parent: struct msg_problem, when their
			  settings ask for it instead of a log line */
	MSG_ASK,       /* parent to broker: struct msg_ask + for ASK_SPAWN the
			  new process's control channel and log pipe */
	MSG_ANSWER,    /* broker to parent: struct msg_answer + what was asked
			  for, when it is a descriptor */
	MSG__MAX
};

/* What a descriptor handed over with MSG_GIVE is for. */
enum slot {
	SLOT_DIAL,	  /* git: channel to dial; dial: channel to git */
	SLOT_CA,	  /* git: trusted certificates, PEM */
	SLOT_SSH_KEY,	  /* git: private key for ssh, PEM or OpenSSH format */
	SLOT_PASSWORD,	  /* git: password or token, first line of the file */
	SLOT_REPOSITORY,  /* git: the local repository's directory */
	SLOT_SOURCE,	  /* render: what git wrote */
	SLOT_INDEX,	  /* render: previous snapshot's index */
	SLOT_SEGMENT,	  /* render: previous snapshot's segments, in order */
	SLOT_CATALOGUE,	  /* render: previous catalogue */
	SLOT_CERTIFICATE, /* serve, keys: certificate chain, PEM */
	SLOT_KEY,	  /* keys: private key, PEM */
	SLOT_KEYS,	 /* serve: channel to keys; keys: one channel a serve */
	SLOT_LISTEN_TLS, /* serve: listening socket, TLS spoken on it */
	SLOT_LISTEN_PLAIN,   /* serve: listening socket, plain HTTP */
	SLOT_LISTEN_METRICS, /* serve: listening socket, /metrics alone */
	SLOT_COUNTERS,	     /* serve: shared memory, see counters.h */
	SLOT_ACCESS_LOG,     /* log: where the access log goes */
	SLOT_ACCESS /* serve: channel to log; log: one channel a serve */
};

/* About whom: git speaks of dial, render of git, keys of a serve.  Nobody can
 * accuse one that is trusted more. */
struct msg_distrust {
	uint32_t number; /* keys: of the channel it came by */
	char why[256];
};

#define IPC_DATA_MAX 16384
#define IPC_FDS_MAX  40

struct msg_give {
	uint32_t slot;
};

struct msg_connect { /* the answer repeats the question */
	uint64_t sequence;
	char host[256];
	char port[8];
};

struct msg_fetch {
	uint32_t full;	/* write every blob, not only those that are new */
	uint32_t again; /* the last source's commit once more, from what is
			   here: nothing is fetched */
	uint32_t wait;	/* of a working tree (daemon/author): answer once there
			   is something new */
};

#define PROBLEM_TEXT_MAX 2048

struct msg_problem {
	uint32_t severity;	     /* enum severity */
	char text[PROBLEM_TEXT_MAX]; /* "path:line:col: message", as much as the
					message is long; no NUL */
};

#define TICKET_KEYS_MAX 3

struct ticket_key {
	uint8_t name[16]; /* stands in the ticket, RFC 5077 section 4 */
	uint8_t aes[32];
	uint8_t hmac[32];
};

struct msg_tickets {
	uint32_t n; /* the first makes tickets, the others still open them */
	struct ticket_key key[TICKET_KEYS_MAX];
};

struct msg_adopt {
	uint32_t owner; /* whose they are, for msg_disown */
	uint32_t slot;	/* as it got them: SLOT_LISTEN_... */
};

struct msg_disown {
	uint32_t owner;
};

struct msg_drain {
	uint32_t idle_too; /* close idle connections now, rather than let each
			      ask once more and tell it then */
};

struct msg_progress {
	uint64_t received_bytes;
	uint32_t received_objects;
	uint32_t total_objects;
};

struct msg_source {
	char commit[65]; /* hexadecimal */
	uint32_t files;
	uint32_t left_out; /* files git refused, already logged */
};

struct msg_rendered {
	char commit[65];
	uint32_t segments; /* descriptors: index, segments..., catalogue */
	uint32_t articles;
	uint32_t pages;	     /* addresses in the snapshot */
	uint32_t problems;   /* files left out or over budget, already logged */
	uint32_t unfinished; /* pages that polish.h has something to do for */
	int64_t next_change; /* Unix time at which the same files make another
				site; INT64_MIN: never */
};

struct msg_snapshot {
	uint64_t size[IPC_FDS_MAX]; /* of each memfd: serve cannot ask */
};

#define SIGN_MAX      512
#define SIGNATURE_MAX 512

struct msg_sign {
	uint64_t sequence;
	uint8_t key[32]; /* SHA-256 of the SubjectPublicKeyInfo */
	uint32_t scheme; /* TLS SignatureScheme, RFC 8446 section 4.2.3 */
	uint32_t len;
	uint8_t tbs[SIGN_MAX]; /* the whole message to be signed */
};

struct msg_signature {
	uint64_t sequence;
	uint32_t len; /* 0: refused */
	uint8_t signature[SIGNATURE_MAX];
};

enum ask {
	ASK_SPAWN,	   /* number: enum role */
	ASK_OPEN,	   /* number: enum broker_file; text: path */
	ASK_RESOLVE,	   /* text: host or "*"; port */
	ASK_LISTEN,	   /* address; number: others may share it */
	ASK_LISTEN_UNIX,   /* text: path; number: mode, backlog */
	ASK_UNLISTEN_UNIX, /* text: path; file */
	ASK_CONFIGURATION, /* answered with a memfd, see broker_load */
	ASK_SYSLOG,	   /* a socket to the system's log */
	ASK_SYSLOG_SERVER, /* text: address; a socket to it */
	ASK_CONNECT_DIAL,  /* text: path; a channel to blogd --dial */
};

#define ASK_TEXT_MAX  1024
#define ADDRESSES_MAX 8 /* that one name may have */

struct msg_address {
	uint32_t len;
	struct sockaddr_storage to;
};

struct msg_ask {
	uint32_t what; /* enum ask */
	uint32_t number[2];
	char text[ASK_TEXT_MAX];
	char port[8];
	struct msg_address address;
	struct unix_file file;
};

struct msg_answer {
	int32_t error; /* errno; 0: done */
	int32_t pid;   /* ASK_SPAWN */
	uint32_t n;    /* ASK_RESOLVE: addresses */
	struct msg_address address[ADDRESSES_MAX];
	struct unix_file file; /* ASK_LISTEN_UNIX */
	struct err err;	       /* what to tell the operator, or "" */
};

/* One end of a channel.  The owner closes fd. */
struct ipc {
	int fd;
	enum role self;
	enum role peer;
};

struct ipc_msg {
	enum msg_type type;
	size_t len;
	unsigned nfds;
	int fds[IPC_FDS_MAX]; /* the receiver owns them */
	union {
		char data[IPC_DATA_MAX + 1]; /* NUL after len: texts are safe */
		uint64_t align;
	};
};

/* Makes a pair of connected, close-on-exec, blocking ends.  -1: errno. */
int ipc_pair(int fds[2]);

/* Sends one message; the descriptors stay the sender's.  0, or -1 with errno
 * (EAGAIN when the other side does not read and the channel does not wait,
 * EPIPE when it is gone). */
int ipc_send(const struct ipc *c, enum msg_type type, const void *data,
	     size_t len, const int *fds, unsigned nfds);

/* The same, without waiting in any case. */
int ipc_send_nowait(const struct ipc *c, enum msg_type type, const void *data,
		    size_t len, const int *fds, unsigned nfds);

/* Receives one message.  1: msg is filled and its descriptors are
 * close-on-exec; 0: the peer is gone; -1: errno, EAGAIN for none yet, EPROTO
 * for one that this peer may not send (ends the relation: the caller exits or
 * kills the peer). */
int ipc_recv(const struct ipc *c, struct ipc_msg *msg);
int ipc_recv_nowait(const struct ipc *c, struct ipc_msg *msg);

/* MSG_FAILED or MSG_READY with a text. */
int ipc_send_text(const struct ipc *c, enum msg_type type, const char *text);

/* MSG_DISTRUST to the parent. */
int ipc_distrust(const struct ipc *parent, uint32_t number, const char *why);

/* MSG_PROBLEM to the parent; a longer text is cut. */
int ipc_problem(const struct ipc *parent, enum severity severity,
		const char *text);

/* ---- what a child does first: receive all MSG_GIVE, then MSG_START ---- */

/* All listening sockets in one serve, or a channel to keys for every serve, and
 * what else is given. */
#define START_FDS_MAX 2304

struct start {
	struct ipc parent; /* the control channel, descriptor 3 */
	unsigned n;
	struct {
		enum slot slot;
		int fd;
	} given[START_FDS_MAX];
};

/* Blocks until MSG_START and copies its payload, which must be settings_len
 * bytes, to settings.  fatal on anything else. */
void start_recv(struct start *s, enum role self, void *settings,
		size_t settings_len);

/* How many descriptors start_recv took; -1 before it returned. */
int start_given(void);

/* The nth descriptor given for the slot, or -1.  The caller owns it. */
int start_fd(const struct start *s, enum slot slot, unsigned nth);

#define CONTROL_FD 3

#endif
