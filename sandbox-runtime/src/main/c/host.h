/* What the parts of the host program share. */
#ifndef SEALBOX_HOST_H
#define SEALBOX_HOST_H

/* Where the OCI configuration expects rootfs, sys and agent. Every launch sees only its own. */
#define STAGE "/run/sealbox"

/* Ends the program with "name: reason" unless result is a success. */
void step(const char *name, int result);

/* What every launch begins with. */
void log_to(const char *path);
int listen_at(const char *path);
void make_stage(void);
void mount_disk(const char *folder, const char *options, const char *agent);
void limit_files(const char *open_files);
void make_keyring(void);

/* Launches runsc. Returns only to fail. */
int relay(char **arguments);

/* Acts on btrfs as the arguments, the first of them a word, say; -1 when they say nothing that it knows. */
int btrfs(int count, char **arguments);

/* Makes the files beneath a folder that standard input tells of. The exit status. */
int unpack(const char *folder);

#endif
