#include "doctor/flow_kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/printable.h"
#include "connector/sink.h"

enum { KEPT_PATH_MAX = 4200, KEPT_FILE_MAX = 32 * 1024, KEPT_OF_MAX = 1200, KEPT_SKEW_MS = 60000 };

static const char *const flow_words[] = {
    [FLOW_SENT] = "sent", [FLOW_ARRIVED] = "arrived", [FLOW_HANGS] = "hangs"};

static const char *kept_path(const struct check *check, char *out, size_t cap)
{
    snprintf(out, cap, "%s/sink.flow", check_set(check, "pintop.state.dir"));
    return out;
}

/* What it was measured with: a connector that was created again has another ARN. */
static void kept_of(const struct check *check, char *out, size_t cap)
{
    const struct conn *conn = &check->found->connector;
    struct sink sink;
    sink_read(conn, &sink);
    snprintf(out, cap, "%s %s s3://%s/%s", conn->id, conn->name, sink.bucket, sink.topics_dir);
}

void flow_keep(const struct check *check, int64_t sent_at_s)
{
    const struct found *found = check->found;
    char path[KEPT_PATH_MAX], of[KEPT_OF_MAX], sent_at[40];
    struct pt_error err = {.code = PT_ENOMEM, .what = "out of memory"};
    if (found->flow == FLOW_NOT_SENT)
        return;
    kept_of(check, of, sizeof of);
    clock_format_ms(sent_at_s * 1000, sent_at, sizeof sent_at);
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "sent_at", sent_at);
    cJSON_AddStringToObject(json, "of", of);
    cJSON_AddStringToObject(json, "outcome", flow_words[found->flow]);
    cJSON_AddStringToObject(json, "says", found->flow_says);
    cJSON_AddStringToObject(json, "fix", found->flow_fix);
    char *text = cJSON_PrintUnformatted(json);
    if (text == NULL || file_make_dirs(check_set(check, "pintop.state.dir"), 0700, &err) != PT_OK ||
        file_replace(kept_path(check, path, sizeof path), text, strlen(text), 0600, &err) != PT_OK)
        log_line(PT_WARN, "setup", "what sink.flow has measured is not kept: %s", err.what);
    cJSON_free(text);
    cJSON_Delete(json);
}

static enum flow_end flow_end_of(const char *word)
{
    for (int i = FLOW_SENT; i <= FLOW_HANGS && word != NULL; i++)
        if (strcmp(flow_words[i], word) == 0)
            return (enum flow_end)i;
    return FLOW_NOT_SENT;
}

void flow_recall(const struct check *check, struct flow_kept *out)
{
    char path[KEPT_PATH_MAX], of[KEPT_OF_MAX], *text = NULL;
    size_t len = 0;
    struct pt_error ignored;
    cJSON *json = NULL;
    *out = (struct flow_kept){.flow = FLOW_NOT_SENT};
    if (file_read(kept_path(check, path, sizeof path), KEPT_FILE_MAX, &text, &len, &ignored) ==
            PT_OK &&
        json_parse(text, len, &json, &ignored) == PT_OK) {
        const char *kept = json_get(json, "of");
        kept_of(check, of, sizeof of);
        out->age_ms = aws_now_s(check->client) * 1000 - json_time_ms(json, "sent_at", 0);
        if (kept != NULL && strcmp(kept, of) == 0 && out->age_ms >= -KEPT_SKEW_MS &&
            out->age_ms < FLOW_KEPT_MS)
            out->flow = flow_end_of(json_get(json, "outcome"));
        printable_str(out->says, sizeof out->says, json_get(json, "says"));
        printable_str(out->fix, sizeof out->fix, json_get(json, "fix"));
    }
    json_free(json);
    free(text);
}
