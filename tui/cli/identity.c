/* `pintop token` and `pintop whoami`: the identity that the cluster and AWS see. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/print.h"
#include "pintop/auth.h"

struct token_args {
    bool is_shown;
};

/* ---- token ---- */

static const struct cli_option token_options[] = {
    CLI_JSON,
    {"show", 0, NULL, "print the token on a terminal too; it is a secret for 15 minutes"},
    CLI_NO_MORE_OPTIONS,
};

static pt_code token_take(struct cli *cli, void *args, const char *option, const char *value,
                          struct pt_error *err)
{
    struct token_args *a = args;
    (void)cli, (void)option, (void)value, (void)err;
    a->is_shown = true;
    return PT_OK;
}

static cJSON *token_json(const struct pt_token *token, bool is_shown)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "token", is_shown ? token->text : "***");
    json_text(json, "principal", token->principal);
    json_text(json, "region", token->region);
    json_time(json, "expires_at", token->expires_ms);
    json_count(json, "lifetime_ms", token->lifetime_ms);
    return json;
}

static void print_token(const struct pt_token *token, bool is_shown)
{
    char when[CELL_MAX];
    if (is_shown) {
        puts(token->text);
        return;
    }
    printf("principal  %s\n", token->principal);
    printf("expires    %s (in %lld s)\n", cell_time(when, token->expires_ms),
           (long long)token->lifetime_ms / 1000);
    printf("region     %s, from %s\n", token->region, token->auth.region_source);
    printf("keys       %s, from %s\n", token->auth.key_id, token->auth.source);
}

static int token_run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    const struct token_args *a = args;
    struct pt_token token;
    struct pt_error err;
    bool is_shown = a->is_shown || !isatty(STDOUT_FILENO);
    pt_code code = pt_token_make(cfg, &token, &err);
    if (code == PT_OK && cli->given.is_json) {
        code = print_json(token_json(&token, is_shown), &err);
    } else if (code == PT_OK) {
        print_token(&token, is_shown);
    }
    pt_token_done(&token);
    return code == PT_OK ? 0 : print_err(&err);
}

const struct cli_command command_token = {
    .name = "token",
    .synopsis = "[--json] [--show]",
    .does = "one MSK IAM token; on a terminal only its description",
    .args_bytes = sizeof(struct token_args),
    .options = token_options,
    .take = token_take,
    .run = token_run,
};

/* ---- whoami ---- */

static const struct cli_option whoami_options[] = {CLI_JSON, CLI_NO_MORE_OPTIONS};

static cJSON *whoami_json(const struct pt_auth *auth)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "caller_arn", auth->caller_arn);
    json_text(json, "access_key_id", auth->key_id);
    json_text(json, "source", auth->source);
    json_text(json, "chain", auth->chain);
    json_text(json, "region", auth->region);
    json_text(json, "region_source", auth->region_source);
    json_time(json, "expires_at", auth->keys_end_ms);
    cJSON_AddBoolToObject(json, "expiry_unknown", auth->is_end_unknown);
    cJSON_AddBoolToObject(json, "renewable", !auth->is_fixed);
    json_time(json, "login_ends_at", auth->login_end_ms);
    cJSON_AddBoolToObject(json, "login_renewable", auth->is_login_renewed);
    json_count(json, "clock_offset_ms", auth->has_offset ? auth->offset_ms : PT_UNKNOWN);
    json_text(json, "error", auth->caller_error);
    json_text(json, "fix", auth->last_fix);
    json_text(json, "request_id", auth->caller_request_id);
    return json;
}

static const char *end_text(const struct pt_auth *auth, char out[CELL_MAX])
{
    if (auth->is_end_unknown) {
        return "unknown: these are temporary credentials without an expiry time";
    }
    return auth->keys_end_ms == PT_UNKNOWN ? "never" : cell_time(out, auth->keys_end_ms);
}

static void print_whoami(const struct pt_auth *auth)
{
    char when[CELL_MAX];
    printf("caller   %s\n", cell_text(auth->caller_arn));
    printf("keys     %s, from %s\n", auth->key_id, auth->source);
    if (auth->chain[0]) {
        printf("chain    %s\n", auth->chain);
    }
    printf("expires  %s\n", end_text(auth, when));
    if (auth->is_fixed) {
        printf("         pintop cannot renew them. %s\n", auth->keys_fix);
    }
    if (auth->login_end_ms != PT_UNKNOWN && auth->is_login_renewed) {
        printf("login    ends %s; pintop renews it then\n", cell_time(when, auth->login_end_ms));
    } else if (auth->login_end_ms != PT_UNKNOWN) {
        printf("login    ends %s; after that there are no new credentials. %s\n",
               cell_time(when, auth->login_end_ms), auth->keys_fix);
    }
    if (auth->region[0]) {
        printf("region   %s, from %s\n", auth->region, auth->region_source);
    } else {
        printf("region   %s\n", cell_text(""));
    }
    if (auth->has_offset) {
        printf("clock    AWS's clock is %+.1f s from this host's\n",
               (double)auth->offset_ms / 1000);
    }
}

/* Credentials that STS refuses are a failure, even if their owner is known. */
static int whoami_run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    struct pt_auth auth;
    struct pt_error err;
    (void)args;
    pt_code code = pt_whoami(cfg, &auth, &err);
    if (code == PT_OK && cli->given.is_json) {
        code = print_json(whoami_json(&auth), &err);
    } else if (code == PT_OK) {
        print_whoami(&auth);
    }
    if (code == PT_OK && auth.caller_error[0]) {
        code = pt_error_set(&err, auth.is_caller_refused ? PT_ELOGIN : PT_EIO, auth.last_fix, "%s",
                            auth.caller_error);
        snprintf(err.request_id, sizeof err.request_id, "%s", auth.caller_request_id);
    }
    return code == PT_OK ? 0 : print_err(&err);
}

const struct cli_command command_whoami = {
    .name = "whoami",
    .synopsis = "[--json]",
    .does = "which AWS credentials, from where, and whose",
    .options = whoami_options,
    .run = whoami_run,
};
