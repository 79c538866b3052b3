/* The actions of `pintop connector` that the engine carries out: the question, the request, the
 * result. */
#include <stdio.h>

#include "cli/answer.h"
#include "cli/connector.h"
#include "cli/session.h"

enum { ANSWER_MS = 100000 /* for a change: Kafka Connect itself may take 90 s */ };

static pt_code connector_ask(struct cli *cli, const struct pt_command *cmd,
                             const struct pt_snapshot **snap, const struct pt_result **result,
                             struct pt_error *err)
{
    return session_ask(cli, cmd, ANSWER_MS, "connector", cmd->connector ? cmd->connector : "", snap,
                       result, err);
}

static pt_code typed_name(const struct connector_args *a, const char *name, struct pt_error *err)
{
    char question[120], what[40];
    snprintf(question, sizeof question, "Type the connector's name to %s: ", a->row.info->asks);
    snprintf(what, sizeof what, "connector %s", a->row.name);
    return cli_type_name(question, name, what, err);
}

static struct pt_command connector_command(const struct cli *cli, const struct connector_args *a,
                                           const char *name)
{
    return (struct pt_command){.kind = (enum pt_command_kind)a->row.kind,
                               .connector = name,
                               .configs = a->configs,
                               .n_configs = a->n_configs,
                               .count = a->minutes,
                               .is_failed_only = a->is_failed_only,
                               .seen = a->seen[0] ? a->seen : NULL,
                               .is_plan = cli->given.is_plan};
}

static void tell_loss(const struct pt_connector *c)
{
    fprintf(stderr, "Deletes the connector %s.%s%s\n", c->name, c->safe[0] ? " " : "", c->safe);
    fprintf(stderr, "Its consumer group's offsets stay in Kafka: a connector of the same name "
                    "continues from them.\n");
}

/* Shows the plan before the name is asked for; exactly that plan is then carried out. *is_nothing
 * is set when there is nothing to do. */
static pt_code show_plan(struct cli *cli, struct connector_args *a, char *name, size_t cap,
                         bool *is_nothing, struct pt_error *err)
{
    struct pt_command cmd = connector_command(cli, a, a->name);
    const struct pt_snapshot *snap;
    const struct pt_result *result;
    cmd.is_plan = true;
    pt_code code = connector_ask(cli, &cmd, &snap, &result, err);
    if (code != PT_OK) {
        return code;
    }
    snprintf(name, cap, "%s", result->topic);
    snprintf(a->seen, sizeof a->seen, "%s", result->seen);
    for (size_t i = 0; i < result->n_lines; i++) {
        fprintf(stderr, "%s%s\n", result->lines[i].level[0] == '+' ? "+ " : "",
                result->lines[i].text);
    }
    *is_nothing = result->n_lines == 0 && pt_command_is(a->row.info, PT_COMMAND_LOSSES);
    pt_snapshot_release(snap);
    return PT_OK;
}

/* c is NULL when the connector is to be created. */
static pt_code connector_do_confirm(struct cli *cli, struct connector_args *a,
                                    const struct pt_connector *c, struct pt_error *err)
{
    char name[PT_NAME_MAX] = "";
    bool is_nothing = false;
    const struct pt_command_info *info = a->row.info;
    if (!cli_action_must_ask(cli, &a->row)) {
        return PT_OK;
    }
    if (c && pt_command_is(info, PT_COMMAND_MAKES)) {
        return pt_error_set(err, PT_EEXISTS, "Choose another name, or update that connector.",
                            "connector %s %s: a connector of this name exists already", a->row.name,
                            c->name);
    }
    if (c && pt_command_is(info, PT_COMMAND_DELETES)) {
        tell_loss(c);
    }
    pt_code code = pt_command_is(info, PT_COMMAND_SHOWN)
                       ? show_plan(cli, a, name, sizeof name, &is_nothing, err)
                       : PT_OK;
    return code == PT_OK && !is_nothing ? typed_name(a, c ? c->name : name, err) : code;
}

int connector_do(struct cli *cli, struct connector_args *a, const struct pt_snapshot *known)
{
    struct pt_error err;
    const struct pt_snapshot *snap = NULL;
    const struct pt_result *result;
    const struct pt_connector *c = a->name ? connector_named(known, a->name) : NULL;
    if (!c && !pt_command_is(a->row.info, PT_COMMAND_MAKES)) {
        connector_no_such(a, known, &err);
        return print_err(&err);
    }
    struct pt_command cmd = connector_command(cli, a, a->name);
    pt_code code = pt_link_check(&cli->link, &cmd, &err);
    if (code == PT_OK) {
        code = connector_do_confirm(cli, a, c, &err);
    }
    if (code == PT_OK) {
        cmd = connector_command(cli, a, a->name);
        code = connector_ask(cli, &cmd, &snap, &result, &err);
    }
    if (code != PT_OK) {
        return print_err(&err);
    }
    if (a->row.info->answer == PT_ANSWER_STEPS && !cmd.is_plan) {
        return connector_probe_done(cli, a, snap, result);
    }
    const struct answer answer = {
        .info = a->row.info, .result = result, .known = known, .is_plan = cmd.is_plan};
    code = answer_print(&answer, cli->given.is_json, &err);
    pt_snapshot_release(snap);
    return code == PT_OK ? 0 : print_err(&err);
}
