/** An example of a program that has a Bitcoin node of its own. */
package org.starling.examples.shop;
