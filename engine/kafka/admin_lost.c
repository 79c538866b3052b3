/* The outcome of a topic change whose answer was lost. The change may have been made, so the
 * topic is looked up before the change is reported as failed. The change is never sent a second
 * time. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "kafka/admin_private.h"

/* A cluster makes a change some time after the request: a topic that is missing at the first
 * look may still appear. */
enum { LOOK_MS = 5000, BETWEEN_MS = 250, WHY_MAX = 300 };

bool admin_is_lost(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__TIMED_OUT ||
           code == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT;
}

/* Returns false when the cluster cannot be asked; *is_there is out. */
static bool admin_lost_look(struct admin *admin, const char *topic, bool *is_there)
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
    /* A topic that existed before cannot be distinguished from one that was just created. */
    while (!is_done && change->was_there != change->is_create && clock_mono_us() < until_us) {
        has_looked = admin_lost_look(admin, change->topic, &is_there) || has_looked;
        is_done = has_looked && is_there == change->is_create;
        if (!is_done)
            rd_kafka_poll(admin->rk, BETWEEN_MS);
    }
    if (is_done) {
        admin_say(result, "%s topic %s: the answer was lost, but the topic is %s.",
                  change->is_create ? "Created" : "Deleted", change->topic,
                  is_there ? "there" : "gone");
        return PT_OK;
    }
    if (err != NULL)
        text_copy(why, sizeof why, err->what);
    if (has_looked)
        return pt_error_set(
            err, code, "Send it again if you still want it",
            "%s topic %.200s: the answer was lost, and the change has not been made so far (%s)",
            verb, change->topic, why);
    return pt_error_set(
        err, code, "Check with `pintop topics list` before you send it again",
        "%s topic %.200s: the answer was lost, and it is unknown whether the change was made (%s)",
        verb, change->topic, why);
}
