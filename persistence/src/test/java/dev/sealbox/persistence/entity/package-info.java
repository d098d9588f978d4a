@NullMarked
package dev.sealbox.persistence.entity;

import org.jspecify.annotations.NullMarked;
