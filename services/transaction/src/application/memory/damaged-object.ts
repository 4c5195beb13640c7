/** Something in the store is missing or not what was written. Unlike a store that is away, waiting does not mend it. */
export class DamagedObject extends Error {}
