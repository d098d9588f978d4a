/* What the parts of the host program share. */
#ifndef SEALBOX_HOST_H
#define SEALBOX_HOST_H

/* Ends the program with "name: reason" unless result is a success. */
void step(const char *name, int result);

/* Acts on btrfs as the arguments, the first of them a word, say; -1 when they say nothing that it knows. */
int btrfs(int count, char **arguments);

/* Makes the files beneath a folder that standard input tells of. The exit status. */
int unpack(const char *folder);

#endif
