/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CONF_SET_H
#define BLOGD_CONF_SET_H

#include "conf_draft.h"

/*
 * The setters of the table's options: each parses a value of blogd.conf(5),
 * checks it as far as it can be checked alone, and stores it in the draft.
 */

/* For options of any meaning, into the field that the table names
 * (conf_set.c).  Numbers must be in the option's range, min to max, and the
 * table gives no field of 32 bits a range that does not fit. */
conf_setter conf_set_count;
conf_setter conf_set_processes; /* a number, or "auto": one per processor */
conf_setter conf_set_size;	/* bytes */
conf_setter conf_set_ms;	/* a duration, in milliseconds */
conf_setter conf_set_seconds;	/* a duration, in whole seconds */
conf_setter conf_set_switch;	/* "on" or "off": 1 or 0 */
conf_setter conf_set_mode;	/* of a file */
conf_setter conf_set_word;	/* one of those in min: the number of it */
conf_setter conf_set_text;	/* UTF-8 */
conf_setter conf_set_path;	/* absolute, or below the draft's base */

/* For one option each, where its value has rules of its own
 * (conf_set_special.c). */
conf_setter conf_set_http, conf_set_https, conf_set_metrics, conf_set_control;
conf_setter conf_set_proxy_from;
conf_setter conf_set_certificate, conf_set_key; /* also of a tls section */
conf_setter conf_set_names, conf_set_hook, conf_set_csp, conf_set_host_key;
conf_setter conf_set_user, conf_set_access, conf_set_syslog;

/* Where the table says that the option's value is stored. */
void *conf_option_field(struct draft *d, const struct conf_option *o);

/* Makes the path absolute, in to[PATH_LEN]; an empty one stays empty, and
 * "credential:NAME" is NAME below CREDENTIALS_DIRECTORY.  -1 with err. */
int conf_store_path(struct draft *d, char *to, const char *value,
		    struct err *err);

#endif
