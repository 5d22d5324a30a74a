Console.WriteLine("hybrid-replica");
return 0;
