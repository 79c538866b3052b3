/* The checks of the key pair that have files of their own. Thread: the check's. */
#ifndef DOCTOR_KEYPAIR_ROWS_H
#define DOCTOR_KEYPAIR_ROWS_H

#include "doctor/check.h"

/* keypair.file */
void check_key_file(struct check *check);
extern const struct check_fix key_file_fix;

/* keypair.gitignore */
void check_gitignore(struct check *check);
extern const struct check_fix gitignore_fix;

#endif
