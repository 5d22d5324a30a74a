using System.Diagnostics;
using System.Globalization;
using HybridReplica;
using HybridReplica.Core;

// Arguments: the RDB, and how closely to look at its values: Skip, Raw or Typed. Nothing is done with what is found.
var options = new RdbReaderOptions { Look = Enum.Parse<RdbLook>(args[1]) };
long found = 0;
var clock = Stopwatch.StartNew();
var allocated = GC.GetAllocatedBytesForCurrentThread();

RdbReader.Read(args[0], _ => found++, options);

allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds} {found} {allocated}"));
