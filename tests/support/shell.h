/* The programs that a test compares with: openssl, ssh-keygen, git. */
#ifndef SUPPORT_SHELL_H
#define SUPPORT_SHELL_H

/* Runs a line of the shell in the scratch folder, and returns what it printed without the last line
 * feed; fails the test when it fails. One static buffer. */
const char *shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
