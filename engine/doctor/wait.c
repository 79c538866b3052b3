#include "doctor/wait.h"

#include "doctor/progress.h"
#include "login/keyring.h"

enum { FIRST_WAIT_MS = 250, TICK_WAIT_MS = 1000 };

typedef pt_code fix_look_fn(struct check *check, void *arg, bool *is_over, struct pt_error *err);

/* Looks once. Keys of a role last less long than a service may take, so they are taken at each
 * look; where none come, the look tells what is wrong with the old ones. */
static pt_code fix_look_once(struct check *check, fix_look_fn *look, void *arg, bool *is_over,
                             struct pt_error *err)
{
    const struct aws_keys *first = check->keys;
    struct aws_keys keys = {0};
    if (first != NULL && keyring_take(check->keyring, check->setup, &keys, NULL) == PT_OK)
        check->keys = &keys;
    pt_code code = look(check, arg, is_over, err);
    check->keys = first;
    aws_keys_done(&keys);
    return code;
}

/* Waits, and tells each second that the fix still does. Only this wait ends at once when the fix is
 * to end: those between the calls of its cleaning up have their time. */
static pt_code fix_wait_ms(struct check *check, int64_t ms)
{
    const struct http_transport *net = &check->client->net;
    pt_code code = PT_OK;
    while (code == PT_OK && ms > 0) {
        if (progress_is_leaving(check))
            return PT_ECANCELLED;
        int64_t part_ms = ms < TICK_WAIT_MS ? ms : TICK_WAIT_MS;
        code = net->wait(net->arg, part_ms);
        progress_tick(check);
        ms -= part_ms;
    }
    return code;
}

/* A service that was not reached, or was busy, may be within the fix's time. */
static bool is_fix_look_lost(pt_code code)
{
    return code == PT_ETIMEOUT || code == PT_EUNREACHABLE || code == PT_EIO ||
           code == PT_ETHROTTLED || code == PT_ESERVER;
}

pt_code fix_wait(struct check *check,
                 pt_code (*look)(struct check *check, void *arg, bool *is_over,
                                 struct pt_error *err),
                 void *arg, int64_t every_ms, bool *is_over, struct pt_error *err)
{
    *is_over = false;
    for (int64_t wait_ms = FIRST_WAIT_MS;;
         wait_ms = 2 * wait_ms < every_ms ? 2 * wait_ms : every_ms) {
        pt_code code = fix_look_once(check, look, arg, is_over, err);
        bool is_lost = is_fix_look_lost(code);
        pt_code late = code == PT_ETIMEOUT ? PT_OK : code; /* what it ends with, without time */
        if (is_lost && check_left_ms(check) <= 0)
            return late;
        if ((code != PT_OK && !is_lost) || *is_over)
            return code;
        code = fix_wait_ms(check, wait_ms);
        if (code == PT_ETIMEOUT)
            return late;
        if (code != PT_OK)
            return pt_error_set(err, PT_ECANCELLED, NULL, "%s: cancelled", check->row->id);
    }
}
