namespace HybridReplica.Cli.Inspect.Report;

/// <summary>What a report wants to know of an entry besides its key.</summary>
/// <param name="Database">The database it is in.</param>
/// <param name="Type">What the command TYPE says, or the name of the module.</param>
/// <param name="Encoding">How it is stored, in the words of OBJECT ENCODING.</param>
/// <param name="Expiry">When it expires, in milliseconds since 1970. Null: never.</param>
/// <param name="Bytes">The bytes it takes in the snapshot.</param>
/// <param name="Elements">How many elements it has. Null: it is no collection.</param>
readonly record struct EntryFacts(int Database, string Type, string Encoding, long? Expiry, long Bytes, long? Elements);
