/* credential_process: a program of the user prints the credentials. Its command is split like in
 * a shell, but run without one; time and output are limited. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "aws/provider.h"
#include "base/buf.h"
#include "base/child.h"
#include "base/json.h"
#include "base/printable.h"

enum { WORDS_MAX = 64, OUT_MAX = 256 * 1024, ERR_MAX = 2048, LIMIT_MS = 30000 };

/* ------------------------------------------------------------------ words */

/* Reads one word of `in` into `out`, with quotes and backslashes resolved; advances both.
 * Returns false when a quote is not closed. */
static bool next_word(const char **in, char **out)
{
    char quote = '\0';
    for (; **in != '\0'; (*in)++) {
        char c = **in;
        if (quote == '\0' && (c == ' ' || c == '\t'))
            break;
        if (c == quote && quote != '\0') {
            quote = '\0';
        } else if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == '\\' && quote != '\'' && (*in)[1] != '\0') {
            *(*out)++ = *++*in;
        } else {
            *(*out)++ = c;
        }
    }
    *(*out)++ = '\0';
    return quote == '\0';
}

/* words point into room, which is as long as the command. NULL at the end. Returns false when it
 * is malformed. */
static bool provider_process_split(const char *command, char *room, char **words)
{
    size_t n = 0;
    for (;;) {
        command += strspn(command, " \t");
        if (*command == '\0')
            break;
        if (n == WORDS_MAX)
            return false;
        words[n++] = room;
        if (!next_word(&command, &room))
            return false;
    }
    words[n] = NULL;
    return n > 0;
}

/* ------------------------------------------------------------------ its answer */

static enum provided refuse_exit(const struct provider_query *query, int status,
                                 const struct buf *said, struct pt_error *err)
{
    char shown[120];
    size_t len = said->data != NULL ? strcspn(said->data, "\n") : 0;
    printable_copy(shown, sizeof shown, said->data != NULL ? said->data : "", len);
    return provider_fail(err, PT_ELOGIN, "Run it by hand to see its error",
                         "AWS profile %.40s: credential_process ends with %s %d%s%s",
                         query->profile, WIFSIGNALED(status) ? "signal" : "status",
                         WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
                         shown[0] != '\0' ? ": " : "", shown);
}

static enum provided provider_process_take_answer(const struct provider_query *query,
                                                  const struct buf *out, struct aws_keys *keys,
                                                  struct pt_error *err)
{
    char who[80];
    cJSON *json;
    const char *text = out->data != NULL ? out->data : "";
    snprintf(who, sizeof who, "AWS profile %.40s: credential_process", query->profile);
    if (json_parse(text, out->len, &json, NULL) == PT_OK) {
        int64_t version = json_int(json, "Version", 0);
        json_free(json);
        if (version != 1)
            return provider_fail(err, PT_EDATA, "It must print \"Version\": 1",
                                 "%s: its Version is not 1", who);
    }
    provider_place(query, AWS_PLACE_PROCESS, NULL, keys);
    snprintf(keys->source, sizeof keys->source, "credential_process of profile %.80s",
             query->profile);
    return provider_take_json(text, out->len, who, "SessionToken", keys, err);
}

/* Why there is no answer; NULL: there is one. */
static const char *provider_process_why(const struct child_result *result, pt_code *code)
{
    switch (result->end) {
    case CHILD_CANCELLED:
        *code = PT_ECANCELLED;
        return "cancelled";
    case CHILD_LATE:
        *code = PT_ETIMEOUT;
        return result->is_output_ended ? "it closes its output, but does not end in time"
                                       : "it does not end in time";
    case CHILD_LINGERED:
        *code = PT_ETIMEOUT;
        return "it closes its output, but does not end";
    case CHILD_LOST:
        *code = PT_EIO;
        return "it has ended, and the system does not tell how; SIGCHLD is ignored here";
    case CHILD_TOO_MUCH:
        *code = PT_EDATA;
        return "it prints more than 256 KiB";
    default:
        *code = PT_OK;
        return NULL;
    }
}

static enum provided provider_process_run(struct provider_query *query, char **words,
                                          struct aws_keys *keys, struct pt_error *err)
{
    struct http_transport net = query->client->net;
    int64_t limit_ms = query->client->process_ms;
    const struct child_run run = {.words = words,
                                  .limit_ms = limit_ms > 0 ? limit_ms : (int64_t)LIMIT_MS,
                                  .out_max = OUT_MAX,
                                  .err_max = ERR_MAX,
                                  .is_cancelled = http_is_cancelled,
                                  .arg = &net};
    struct child_result result;
    enum provided provided;
    pt_code code;
    child_run(&run, &result);
    const char *why = provider_process_why(&result, &code);
    if (result.end == CHILD_NOT_STARTED)
        provided =
            provider_fail(err, PT_ELOGIN, "Correct the path in the AWS config file",
                          "AWS profile %.40s: credential_process %.80s cannot be started: %s",
                          query->profile, words[0], strerror(result.error));
    else if (why != NULL)
        provided = provider_fail(
            err, code, "Run it by hand to see what it does; `time` shows how long it takes",
            "AWS profile %.40s: credential_process: %s", query->profile, why);
    else if (result.status != 0)
        provided = refuse_exit(query, result.status, &result.err, err);
    else
        provided = provider_process_take_answer(query, &result.out, keys, err);
    child_result_done(&result);
    return provided;
}

static enum provided provider_process_load(struct provider_query *query, struct aws_keys *keys,
                                           struct pt_error *err)
{
    char *words[WORDS_MAX + 1];
    const char *command = provider_setting(query, "credential_process");
    if (command == NULL)
        return PROVIDED_NOTHING;
    char *room = malloc(2 * strlen(command) + 2);
    if (room == NULL)
        return provider_fail(err, PT_ENOMEM, NULL, "AWS credentials: out of memory");
    enum provided provided =
        provider_process_split(command, room, words)
            ? provider_process_run(query, words, keys, err)
            : provider_fail(err, PT_ECONFIG, "Close its quotes, and use at most 64 words",
                            "AWS profile %.40s: credential_process is malformed", query->profile);
    explicit_bzero(room, strlen(command));
    free(room);
    return provided;
}

const struct provider provider_process = {
    .word = "custom-process", .is_of_profile = true, .load = provider_process_load};
