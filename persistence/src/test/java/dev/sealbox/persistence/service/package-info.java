@NullMarked
package dev.sealbox.persistence.service;

import org.jspecify.annotations.NullMarked;
