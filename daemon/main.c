/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "../guest/guest.h"
#include "../sandbox/sandbox.h"
#include "author/author.h"
#include "log.h"
#include "options.h"
#include "proc.h"
#include "selftest/selftest.h"

/* What ps and the kernel's log call the process: it was started through a
 * descriptor and would be named after its number. */
static void
name_process(const char *role)
{
#ifdef __linux__
	char name[16];

	snprintf(name, sizeof(name), "blogd-%s", role);
	prctl(PR_SET_NAME, name);
#else
	(void)role;
#endif
}

/* blogd -R ROLE is how the parent starts its children, and nobody else. */
static void
child_main(const char *name)
{
	static void (*const mains[ROLE__MAX])(void) = {
	    [ROLE_DIAL] = dial_main,	 [ROLE_GIT] = git_main,
	    [ROLE_RENDER] = render_main, [ROLE_KEYS] = keys_main,
	    [ROLE_SERVE] = serve_main,	 [ROLE_LOG] = logger_main};

	log_init(LOG_TO_PARENT, 1);
	sandbox_begin();
	for (unsigned r = 0; r < ROLE__MAX; r++)
		if (mains[r] != NULL && strcmp(name, role_name(r)) == 0) {
			name_process(name);
			sandbox_give_way((enum role)r);
			mains[r]();
		}
	fatalx("no role \"%s\"", name);
}

/* What is opened first must not become the one that log lines go to. */
static void
fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= STDIN_FILENO && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

int
main(int argc, char *argv[])
{
	static struct options o;
	static struct conf conf;

	guest_begin(argv[0]);
	if (argc == 3 && strcmp(argv[1], "-R") == 0)
		child_main(argv[2]);
	fill_standard_descriptors();
	/* What the self-test has sshd start. */
	if (argc == 4 && strcmp(argv[1], "-T") == 0 &&
	    strcmp(argv[2], "upload-pack") == 0)
		return selftest_upload_pack(argv[3]);
	if (argc > 1 && author_is_command(argv[1]))
		return author_main(argc, argv);
	options_parse(&o, argc, argv);
	if (o.print_sandbox) {
		sandbox_dump(stdout);
		return 0;
	}
	if (o.test_self)
		return selftest();
	o.conf.files = o.check_only;
	if (conf_load(&conf, &o.conf, stderr) != 0)
		return 1;
	if (o.check_only) {
		fprintf(stderr, "%s: configuration OK\n",
			conf.file[0] != '\0' ? conf.file : "command line");
		return 0;
	}
	if (o.conf.dial)
		dial_port_main(&conf, o.verbose);
	parent_main(&conf, &o.conf, o.foreground, o.verbose);
}
