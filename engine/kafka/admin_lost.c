/* What became of a change of a topic whose answer was lost: it may have been done all the same, so
 * it is looked up before it is called failed. It is never sent a second time. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "kafka/admin_private.h"

/* A change is made after it is asked for: what is not there at the first look may come. */
enum { LOOK_MS = 5000, BETWEEN_MS = 250, WHY_MAX = 300 };

bool admin_is_lost(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__TIMED_OUT ||
           code == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT;
}

/* *is_there out; false: the cluster can't be asked. */
static bool look(struct admin *admin, const char *topic, bool *is_there)
{
    const struct rd_kafka_metadata *metadata;
    const struct rd_kafka_metadata_topic *found;
    if (admin_find_topic(admin, topic, &metadata, &found, NULL) != PT_OK)
        return false;
    *is_there = found != NULL;
    rd_kafka_metadata_destroy(metadata);
    return true;
}

pt_code admin_look_after(struct admin *admin, const struct admin_change *change, pt_code code,
                         struct pt_result *result, struct pt_error *err)
{
    bool is_there = change->was_there, has_looked = false, is_done = false;
    const char *verb = change->is_create ? "create" : "delete";
    char why[WHY_MAX] = "";
    int64_t until_us = clock_mono_us() + LOOK_MS * INT64_C(1000);
    /* One that was there before can't be told from one that was made. */
    while (!is_done && change->was_there != change->is_create && clock_mono_us() < until_us) {
        has_looked = look(admin, change->topic, &is_there) || has_looked;
        is_done = has_looked && is_there == change->is_create;
        if (!is_done)
            rd_kafka_poll(admin->rk, BETWEEN_MS);
    }
    if (is_done) {
        admin_say(result, "%s topic %s: the answer was lost, but it is %s.",
                  change->is_create ? "Created" : "Deleted", change->topic,
                  is_there ? "there" : "gone");
        return PT_OK;
    }
    if (err != NULL)
        text_copy(why, sizeof why, err->what);
    if (has_looked)
        return pt_error_set(err, code, "Send it again, if it is still wanted.",
                            "%s topic %.200s: the answer was lost, and it has not been done so far "
                            "(%s)",
                            verb, change->topic, why);
    return pt_error_set(err, code, "Look with `pintop topics list` before it is sent again.",
                        "%s topic %.200s: the answer was lost: whether it was done is not known "
                        "(%s)",
                        verb, change->topic, why);
}
