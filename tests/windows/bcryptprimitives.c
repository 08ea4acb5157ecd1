/* The one function that std imports from bcryptprimitives.dll, which Wine 8 lacks. */
#include <windows.h>

BOOLEAN WINAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length)
{
    return length <= MAXDWORD && SystemFunction036(data, (ULONG)length);
}
