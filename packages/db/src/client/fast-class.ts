/**
 * Lets a class be instantiated quickly. V8 keeps the properties of a class in a dictionary when its literal has a static
 * accessor with a computed name, as the driver's have with `Symbol.species`. `new` then takes the slow way (Node 20:
 * 1.6 µs instead of 0.1), and whatever it makes outlives the young generation's collections, which copy it twice. A look
 * through an object that inherits from the class gives it fast properties again; nothing else about it changes.
 */
export function makeFast(slow: abstract new () => object): void {
  abstract class Heir extends slow {}
  void (Heir as { absent?: undefined }).absent;
}
