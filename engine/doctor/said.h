/* What a check has said, as the round keeps it. Thread: the check's, then the round's. */
#ifndef DOCTOR_SAID_H
#define DOCTOR_SAID_H

#include "doctor/check.h"

/* Texts are owned and printable; NULL none. */
struct check_said {
    enum pt_check_state state;
    char *evidence, *fix, *copy, *choices;
    char identity[300], brief[200];
    bool is_denied, is_early, is_fixable;
};
void check_said_done(struct check_said *said);

#endif
