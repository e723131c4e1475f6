/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SETTINGS_H
#define BLOGD_SETTINGS_H

#include <stdint.h>

/*
 * What each process is told: one plain struct per role, filled by conf.c in the
 * parent and sent whole with MSG_START.  A process sees its own settings and no
 * others.  No pointers; every char array is NUL-terminated.  Times are in
 * milliseconds (_ms) or seconds (_s), sizes in bytes.
 */

/* What a page may load, unless the operator says otherwise.  Nothing on a page
 * could use connect-src, but tools that judge a page fetch robots.txt in its
 * name. */
#define CSP_DEFAULT                                                      \
	"default-src 'none'; style-src 'self'; img-src 'self' https:; "  \
	"media-src 'self' https:; font-src 'self'; connect-src 'self'; " \
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

#define HOST_MAX  256 /* a DNS name or address, RFC 1035 */
#define URL_MAX	  1024
#define NAMES_MAX 16

struct dial_settings {
	char host[HOST_MAX]; /* the one host it may connect to */
	char port[8];	     /* decimal */
	uint32_t timeout_ms; /* for look-up and connect together */
};

enum remote_transport {
	GIT_OVER_HTTPS,
	GIT_OVER_HTTP,
	GIT_OVER_GIT,
	GIT_OVER_SSH,
	GIT_LOCAL
};

struct git_settings {
	uint32_t transport; /* enum remote_transport */
	char url[URL_MAX];  /* without #branch, user and password */
	char host[HOST_MAX];
	char port[8];
	char path[URL_MAX];  /* GIT_LOCAL: the directory, for messages */
	char branch[256];    /* "": what the remote's HEAD names */
	char user[128];	     /* ssh or HTTP user; "": none */
	char host_key[128];  /* ssh: "SHA256:..." as ssh-keygen -l prints it */
	uint32_t deadline_s; /* one fetch, from connect to the last byte */
	uint32_t silence_s;  /* longest wait for the next byte */
	uint64_t max_bytes;  /* received in one fetch */
	uint64_t max_store;  /* packed bytes kept in memory, all fetches */
	uint32_t max_objects;
	uint64_t max_object_size; /* inflated */
	uint32_t max_files;	  /* in the chosen commit */
	uint64_t max_source;	  /* bytes of those files together */
	uint32_t max_path;	  /* bytes in one path */
	uint32_t max_depth;	  /* path elements */
};

/* Where render puts what is for _headers, when the site becomes files. */
#define HEADERS_ADDRESS "/_headers"

struct render_settings {
	char
	    url[URL_MAX]; /* public base, no trailing slash; "": .config/root */
	char name[256];	  /* "": .config/blog_name */
	char index_page[1024];	     /* "": .config/index_page */
	char csp[1024];		     /* Content-Security-Policy, whole value */
	char hook[128];		     /* path of the hook, never a page */
	uint32_t workers;	     /* processes that parse Markdown */
	uint32_t post_cpu_ms;	     /* one post's CPU time */
	uint64_t post_memory;	     /* one post's working memory */
	uint32_t post_output_factor; /* output <= factor * input + constant */
	uint64_t post_output_constant;
	uint32_t feed_entries;
	int64_t now; /* Unix time for which the site is made: the parent adds
			it at each start */
	uint32_t polish;    /* the parent's: no source, see polish.h */
	uint32_t report;    /* problems go to the parent as MSG_PROBLEM, more of
			       them than what is logged: for who writes */
	uint32_t preview;   /* drafts are shown, and pages reload: see preview.h
			       in site/; never what is published */
	uint32_t files;	    /* another server shall serve them: nothing answers
			       a search, and _headers is for that one */
	char failure[1024]; /* preview: make the page that says this, of no
			       site; "": of the site */
};

struct keys_settings {
	uint32_t certificates;	 /* pairs of SLOT_CERTIFICATE and SLOT_KEY */
	uint32_t max_per_second; /* signatures, for each serve process */
};

enum access_format { ACCESS_COMBINED, ACCESS_JSON };
enum access_address { ACCESS_TRUNCATED, ACCESS_WHOLE, ACCESS_NONE };

struct log_settings {
	uint32_t writers; /* channels from serve */
};

#define PROXY_FROM_MAX 16

/* Where a balancer is. */
struct proxy_source {
	uint8_t family; /* as in struct http_peer; AF_UNSPEC: Unix sockets */
	uint8_t bits;	/* of the address that count */
	uint8_t address[16];
};

struct serve_settings {
	uint32_t tls;		 /* is anything served over TLS? */
	char https_url[URL_MAX]; /* plain HTTP redirects there; "": no TLS */
	char names[NAMES_MAX][HOST_MAX]; /* host names of the site */
	uint32_t nnames;
	char hook[128];		   /* "/push"; "": none */
	uint32_t hsts_s;	   /* max-age; 0: no header */
	uint32_t http2;		   /* offered beside HTTP/1.1 */
	uint32_t max_connections;  /* beyond: see timeouts_victim */
	uint32_t max_handshakes;   /* of them; 0: a part of these */
	uint32_t max_key_updates;  /* in one TLS connection */
	uint32_t max_header_bytes; /* request line and fields */
	uint32_t max_headers;	   /* fields */
	uint32_t max_target;	   /* bytes of the request target */
	uint32_t max_body;	   /* bytes of a request body, thrown away */
	uint32_t handshake_ms;
	uint32_t header_ms; /* first byte to empty line */
	uint32_t body_ms;
	uint32_t write_ms;	     /* without progress */
	uint32_t idle_ms;	     /* between requests */
	uint32_t min_rate;	     /* bytes/s a reader must take; 0: any */
	uint32_t max_streams;	     /* of an HTTP/2 connection, at a time */
	uint32_t max_control_frames; /* a second, without request or DATA */
	uint32_t max_resets;	     /* of streams, a second */
	uint32_t ticket_s;	     /* how long a TLS session may be resumed */
	struct proxy_source proxy_from[PROXY_FROM_MAX];
	uint32_t nproxy_from;
	uint32_t access_format;	 /* enum access_format */
	uint32_t access_address; /* enum access_address */
	/* The parent adds, at each start: */
	uint32_t slot;	       /* of the counters */
	uint32_t site_follows; /* a snapshot comes at once: wait for it */
	uint32_t sockets; /* listening, of all serve processes: it may have to
			     stand in for the others */
};

#endif
