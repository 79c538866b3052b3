/* Checks of the EC2 host: which instance it is, and whether SSH lets us in. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "doctor/check.h"
#include "doctor/hosts.h"
#include "doctor/ssh.h"
#include "net/reach.h"

enum {
    SSH_PORT = 22,
    SSH_REACH_MS = 2500,
    SSH_BANNER_MS = 2500,
    SSH_LOGIN_MS = 6000,
    SSH_LIMIT_MS = 12000
};

/* "HOST" or "HOST:PORT" of pintop.ssh.host; an IPv6 address with a port is in brackets. */
static void take_host(const char *text, char *host, size_t cap, int *port)
{
    const char *colon = strrchr(text, ':');
    bool is_v6 = colon != NULL && strchr(text, ':') != colon;
    bool is_bracketed = text[0] == '[';
    *port = SSH_PORT;
    text_copy(host, cap, text + is_bracketed);
    if (is_bracketed)
        host[strcspn(host, "]")] = '\0';
    else if (colon != NULL && !is_v6)
        host[strcspn(host, ":")] = '\0';
    if (colon != NULL && (!is_v6 || (is_bracketed && colon[-1] == ']')))
        *port = (int)strtol(colon + 1, NULL, 10);
    if (*port <= 0 || *port > 65535)
        *port = SSH_PORT;
}

/* ------------------------------------------------------------------ which instance it is */

/* By what pintop.ssh.host is: an ID, an address, or a name; each public or private. */
static pt_code find_named(struct check *check, const char *own, struct ec2_instances *out,
                          struct pt_error *err)
{
    char host[256];
    int port;
    struct in_addr v4;
    take_host(own, host, sizeof host, &port);
    bool is_v4 = inet_pton(AF_INET, host, &v4) == 1;
    const char *const filters[] = {strncmp(host, "i-", 2) == 0 ? "instance-id"
                                   : is_v4                     ? "ip-address"
                                   : strchr(host, ':') != NULL ? "network-interface.ipv6-addresses."
                                                                 "ipv6-address"
                                                               : "dns-name",
                                   is_v4 ? "private-ip-address" : "private-dns-name"};
    pt_code code = hosts_by(check, filters[0], host, out, err);
    if (code != PT_OK || out->n > 0 || strncmp(host, "i-", 2) == 0 || strchr(host, ':') != NULL)
        return code;
    ec2_instances_done(out);
    return hosts_by(check, filters[1], host, out, err);
}

static pt_code find_own(struct check *check, struct ec2_instances *out, struct pt_error *err)
{
    const struct found *found = check->found;
    pt_code code = PT_OK;
    memset(out, 0, sizeof *out);
    if (found->user_id[0] != '\0')
        code = hosts_of_user(check, out, err);
    if (code != PT_OK || out->n > 0 || found->key_pair.name[0] == '\0')
        return code;
    ec2_instances_done(out);
    return hosts_by(check, "key-name", found->key_pair.name, out, err);
}

static void name_hosts(const struct ec2_instances *hosts, char *out, size_t cap)
{
    out[0] = '\0';
    for (size_t i = 0; i < hosts->n; i++) {
        const struct ec2_instance *host = &hosts->items[i];
        text_list(out, cap, "%s (%s, %s)", host->id, host->name[0] != '\0' ? host->name : "no name",
                  host->state[0] != '\0' ? host->state : "state not reported");
    }
}

/* The only one, or of several the only one that runs; NULL: which one is meant is not clear. */
static const struct ec2_instance *only_running(const struct ec2_instances *hosts)
{
    const struct ec2_instance *one = NULL;
    size_t n = 0;
    if (hosts->is_truncated)
        return NULL;
    if (hosts->n == 1)
        return hosts->items;
    for (size_t i = 0; i < hosts->n; i++)
        if (strcmp(hosts->items[i].state, "running") == 0) {
            one = &hosts->items[i];
            n++;
        }
    return n == 1 ? one : NULL;
}

static void say_no_host(struct check *check, const char *own)
{
    const struct found *found = check->found;
    const char *region = check->client->region;
    static const char fix[] = "Set pintop.ssh.host to your host's name, or correct the region.";
    if (own != NULL)
        check_warn(check, "Correct pintop.ssh.host or the region, if it is meant to be on EC2.",
                   "pintop.ssh.host is %s, and no EC2 instance in %s has that name or address", own,
                   region);
    else if (found->user_id[0] == '\0' && found->key_pair.name[0] == '\0')
        check_unknown(check, "Set pintop.user.id, or pintop.ssh.host.",
                      "needs user.id or keypair.parameter, by one of which the host is found");
    else if (found->key_pair.name[0] == '\0')
        check_fail(check, fix,
                   "no EC2 instance in %s has %s in its name, and no key pair is known by which to "
                   "look for it",
                   region, found->user_id);
    else
        check_fail(check, fix,
                   "no EC2 instance in %s has %s in its name, or was launched with the key pair %s",
                   region, found->user_id[0] != '\0' ? found->user_id : "a UserID",
                   found->key_pair.name);
}

/* ------------------------------------------------------------------ ec2.instance */

/* Returns false after saying that it does not run. */
static bool is_running(struct check *check, const struct ec2_instance *host)
{
    const char *region = check->client->region;
    char command[200];
    if (strcmp(host->state, "running") == 0)
        return true;
    snprintf(command, sizeof command, "aws ec2 start-instances --instance-ids %s --region %s",
             host->id, region);
    if (strcmp(host->state, "stopped") == 0) {
        check_copy(check, command);
        check_fail(check, command, "%s (%s) is stopped", host->id, host->name);
    } else if (strcmp(host->state, "stopping") == 0) {
        check_fail(check, "Wait until it has stopped, and start it.", "%s (%s) is stopping",
                   host->id, host->name);
    } else if (strcmp(host->state, "pending") == 0) {
        check_fail(check, "Wait a minute, and check again.", "%s (%s) is just starting", host->id,
                   host->name);
    } else {
        check_unknown(check, "Look at it by hand: AWS console, EC2 > Instances.",
                      "%s (%s) is in %s%s", host->id, host->name,
                      host->state[0] != '\0' ? "a state that pintop does not know: "
                                             : "a state that AWS does not report",
                      host->state);
    }
    return false;
}

/* Returns false after saying that the pair is another. */
static bool is_of_pair(struct check *check, const struct ec2_instance *host)
{
    const struct found *found = check->found;
    if (host->key_name[0] == '\0')
        check_fail(check,
                   "Log in by EC2 console > Connect > Session Manager, and add your public key to "
                   "~/.ssh/authorized_keys.",
                   "%s (%s) was launched without a key pair: no key pair of EC2 can log in to it",
                   host->id, host->name);
    else if (found->key_pair.name[0] != '\0' && strcmp(found->key_pair.name, host->key_name) != 0)
        check_fail(check,
                   "Set pintop.keypair.parameter and pintop.keypair.file to the pair that the host "
                   "was launched with.",
                   "%s (%s) was launched with the key pair %s, and yours is %s", host->id,
                   host->name, host->key_name, found->key_pair.name);
    else
        return true;
    return false;
}

static const char *host_address(const struct ec2_instance *host)
{
    return host->public_dns[0] != '\0'       ? host->public_dns
           : host->public_address[0] != '\0' ? host->public_address
                                             : host->private_dns;
}

static void say_host(struct check *check, const struct ec2_instance *host)
{
    const struct found *found = check->found;
    bool is_public = host->public_dns[0] != '\0' || host->public_address[0] != '\0';
    if (!is_running(check, host) || !is_of_pair(check, host))
        return;
    check_copy(check, host_address(host));
    if (!is_public)
        check_warn(check,
                   "Reach it from within its VPC, or by EC2 console > Connect > Session "
                   "Manager.",
                   "%s (%s) is running, and has no public name or address", host->id, host->name);
    else if (found->key_pair.name[0] == '\0')
        check_warn(check, "Fix keypair.parameter first.",
                   "%s (%s) is running: %s. It was launched with the key pair %s, and which key "
                   "pair is yours is not known",
                   host->id, host->name, host_address(host), host->key_name);
    else
        check_ok(check, "%s (%s) is running, key pair %s: %s", host->id, host->name, host->key_name,
                 host_address(host));
}

static void say_hosts(struct check *check, const struct ec2_instances *hosts)
{
    struct found *found = check->found;
    char names[800], fix[400];
    const struct ec2_instance *host = only_running(hosts);
    name_hosts(hosts, names, sizeof names);
    if (host == NULL) {
        check_fail(check, "Set pintop.ssh.host to the public name of the one that is meant.",
                   "%s%zu EC2 instances may be the host: %s",
                   hosts->is_truncated ? "more than " : "", hosts->n, names);
        return;
    }
    found->has_instance = true;
    found->instance = *host;
    if (host->name[0] == '\0')
        text_copy(found->instance.name, sizeof found->instance.name, "without a name");
    host = &found->instance;
    if (hosts->n == 1) {
        say_host(check, host);
        return;
    }
    if (!is_of_pair(check, host))
        return;
    snprintf(fix, sizeof fix, "If another one is meant, set pintop.ssh.host to its public name.");
    check_copy(check, host_address(host));
    check_warn(check, fix,
               "%zu EC2 instances may be the host: %s. pintop takes %s, the only one that runs",
               hosts->n, names, host->id);
}

static void check_instance(struct check *check)
{
    struct ec2_instances hosts;
    struct pt_error err;
    const char *own = pt_config_given(check->cfg, "pintop.ssh.host");
    pt_code code =
        own != NULL ? find_named(check, own, &hosts, &err) : find_own(check, &hosts, &err);
    if (code == PT_ENOTFOUND)
        say_no_host(check, own);
    else if (code != PT_OK)
        check_error(check, &err);
    else if (hosts.n == 0)
        say_no_host(check, own);
    else
        say_hosts(check, &hosts);
    ec2_instances_done(&hosts);
}

/* ------------------------------------------------------------------ ec2.ssh */

static void say_ssh_unreached(struct check *check, const struct reach *reach)
{
    const struct found *found = check->found;
    char fix[500];
    bool is_inside = found->place == PLACE_CONTAINER || found->place == PLACE_EC2;
    if (reach->step == REACH_TCP && !reach->is_refused && !is_inside &&
        reach_is_private(reach->address)) {
        check_fail(
            check,
            "Reach it from within its VPC (a VPN, a jump host), or by EC2 console > Connect > "
            "Session Manager.",
            "%s has the private address %s, and this pintop %s outside of its VPC, from where no "
            "private address can be reached",
            reach->host, reach->address, found->is_place_guess ? "seems to be" : "runs");
        return;
    }
    text_copy(fix, sizeof fix, reach->fix);
    if (reach->step == REACH_TCP && reach->code == PT_ETIMEOUT && found->has_instance)
        snprintf(
            fix, sizeof fix,
            "Allow port %d from this host in the instance's security group (%s): EC2 console > "
            "Security Groups > Edit inbound rules.",
            reach->port, found->instance.security_group);
    else if (reach->step == REACH_TCP && reach->code != PT_ETIMEOUT)
        snprintf(fix, sizeof fix,
                 "Wait if the host has just started; else look at sshd there, by EC2 console > "
                 "Connect > Session Manager.");
    check_fail(check, fix, "%s", reach->why);
}

static void say_login(struct check *check, const struct ssh_to *to, const char *banner)
{
    struct http_transport net = check->client->net;
    struct pt_error err;
    int64_t left = check_left_ms(check);
    switch (
        ssh_login(to, left < SSH_LOGIN_MS ? left : SSH_LOGIN_MS, http_is_cancelled, &net, &err)) {
    case PT_OK:
        check_ok(check, "%s accepts the login of %s with %s (%s)", to->host, to->user, to->key_file,
                 banner);
        break;
    case PT_ENOTFOUND:
        check_warn(check, err.fix, "%s answers with %s, but the login was not tried: %s", to->host,
                   banner, err.what);
        break;
    case PT_ETIMEOUT:
    case PT_ECANCELLED:
    case PT_EUNREACHABLE:
        check_unknown(check, err.fix, "%s answers with %s, but then: %s", to->host, banner,
                      err.what);
        break;
    default:
        check_fail(check, err.fix, "%s", err.what);
    }
}

/* Where the instance or the settings say; false: nothing says it. */
static bool take_target(struct check *check, char *host, size_t cap, struct ssh_to *to)
{
    const struct found *found = check->found;
    const char *own = pt_config_given(check->cfg, "pintop.ssh.host");
    const char *user = check_set(check, "pintop.ssh.user");
    to->host = host;
    to->user = user != NULL ? user : "ec2-user";
    to->port = SSH_PORT;
    to->key_file = found->key_file;
    host[0] = '\0';
    if (own != NULL && strncmp(own, "i-", 2) != 0)
        take_host(own, host, cap, &to->port);
    else if (found->has_instance)
        text_copy(host, cap, host_address(&found->instance));
    return host[0] != '\0';
}

static void check_ssh(struct check *check)
{
    char host[256], banner[120], command[2600];
    struct ssh_to to;
    struct pt_error err;
    if (!take_target(check, host, sizeof host, &to)) {
        check_unknown(check, "Set pintop.ssh.host.",
                      "needs the host's name: EC2 reports none, and pintop.ssh.host is not set");
        return;
    }
    struct reach reach = {.host = to.host, .port = to.port};
    ssh_command(&to, command, sizeof command);
    check_copy(check, command);
    reach_hosts(&reach, 1, NULL, SSH_REACH_MS);
    if (reach.code != PT_OK)
        say_ssh_unreached(check, &reach);
    else if (ssh_banner(reach.address, to.port, SSH_BANNER_MS, banner, sizeof banner, &err) !=
             PT_OK)
        check_error(check, &err);
    else if (to.key_file[0] == '\0' || check->found->is_key_bad || !check->found->has_file_key)
        check_unknown(check, NULL,
                      "needs keypair.file: %s answers (%s), and the login was not tried", to.host,
                      banner);
    else
        say_login(check, &to, banner);
}

const struct check_row checks_of_host[] = {
    {.id = "ec2.instance",
     .title = "the EC2 host",
     .step = "4",
     .needs = "aws.login",
     .after = "place user.id keypair.parameter",
     .manual = "AWS console, EC2 > Instances.",
     .use = CHECK_AWS,
     .is_signed = true,
     .is_off_host = true,
     .run = check_instance},
    {.id = "ec2.ssh",
     .title = "SSH to the host",
     .step = "5",
     .needs = "ec2.instance",
     .after = "place keypair.file ec2.keypair",
     .instead = "pintop.ssh.host",
     .use = CHECK_AWS,
     .is_off_host = true,
     .limit_ms = SSH_LIMIT_MS,
     .run = check_ssh},
    {.id = NULL},
};
